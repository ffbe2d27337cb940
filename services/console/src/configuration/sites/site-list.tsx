import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSites } from '../../first-run/first-run-queries.ts';
import { ConfigList, type ListColumn } from '../parts/config-list.tsx';
import { ItemName, ListScreen } from '../parts/list-screen.tsx';
import { useDevices } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';

export default function SiteListScreen() {
  const { t } = useConfigurationTexts();
  const sites = useSites();
  const devices = useDevices().data;
  const counts = useMemo(() => Map.groupBy(devices ?? [], ({ site_id: id }) => id ?? 0), [devices]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: sorted again when the devices are counted
  const rows = useMemo(() => [...(sites.data ?? [])], [sites.data, counts]);
  const countOf = ({ id }: SiteView) => counts.get(id)?.length ?? 0;
  const columns: ListColumn<SiteView>[] = [
    {
      key: 'site',
      name: t('config.column.site'),
      sortBy: ({ name, code }) => name || code,
      cell: (site) => (
        <ItemName item={site}>
          {(label) => (
            <Link
              to="/configuration/sites/$id"
              params={{ id: String(site.id) }}
              data-item={site.id}
              className="config-link"
            >
              {label}
            </Link>
          )}
        </ItemName>
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
    <ListScreen
      kind="sites"
      query={sites}
      add={
        <Link to="/configuration/sites/$id" params={{ id: 'new' }} className="button is-main at-end">
          {t('config.site.add')}
        </Link>
      }
    >
      {() => <ConfigList label={t('config.sites')} className="is-sites" columns={columns} rows={rows} />}
    </ListScreen>
  );
}
