import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSites } from '../../first-run/first-run-queries.ts';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { ConfigList, type ListColumn } from '../parts/config-list.tsx';
import { useDevices } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';

export default function SiteListScreen() {
  const { t } = useConfigurationTexts();
  const sites = useSites();
  const devices = useDevices().data;
  const counts = useMemo(() => Map.groupBy(devices ?? [], ({ site_id: id }) => id ?? 0), [devices]);
  const countOf = ({ id }: SiteView) => counts.get(id)?.length ?? 0;
  const columns: ListColumn<SiteView>[] = [
    {
      key: 'site',
      name: t('config.column.site'),
      sortBy: ({ name, code }) => name || code,
      cell: ({ id, name, code }) => (
        <>
          <Link
            to="/configuration/sites/$id"
            params={{ id: String(id) }}
            data-item={id}
            className="config-link"
          >
            {name || code}
          </Link>
          <span className="under">{name && name !== code && code}</span>
        </>
      ),
    },
    {
      key: 'shifts',
      name: t('config.column.shifts'),
      cell: ({ shifts }) =>
        shifts.length === 0 ? '–' : shifts.map(({ name, start }) => `${name} ${start}`).join(t('app.list')),
    },
    {
      key: 'devices',
      name: t('config.devices'),
      isNumber: true,
      sortBy: countOf,
      cell: countOf,
    },
  ];
  return (
    <section className="config-body" aria-labelledby="config-list-title">
      <header className="toolbar">
        <h1 id="config-list-title">
          {t('config.sites')} <span className="quiet count">{sites.data?.length}</span>
        </h1>
        <Link to="/configuration/sites/$id" params={{ id: 'new' }} className="button is-main at-end">
          {t('config.site.add')}
        </Link>
      </header>
      <QueryAnswer
        query={sites}
        title={t('config.sites.failed')}
        isEmpty={(all) => all.length === 0}
        empty={<p>{t('config.sites.none')}</p>}
      >
        {(all) => (
          <ConfigList
            label={t('config.sites')}
            className="is-sites"
            columns={columns}
            rows={all}
            nameOf={({ name, code }) => name || code}
          />
        )}
      </QueryAnswer>
    </section>
  );
}
