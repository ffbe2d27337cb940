import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePoints } from '../../first-run/first-run-queries.ts';
import { type Forms, useForms } from '../../forms/use-protocols.ts';
import { FindField } from '../../parts/find-field.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { durationText } from '../../time/duration.ts';
import { useConfigurationSearch } from '../configuration-search.ts';
import { ConfigList, contains, type ListColumn } from '../parts/config-list.tsx';
import { ItemName } from '../parts/list-screen.tsx';
import { useConfigurationTexts } from '../texts.ts';
import { SelectionBar } from './device-list.tsx';
import { NewPointPanel, PointPanel } from './point-panel.tsx';

/** The points of a device; one of them is edited next to the list. */
export function DevicePoints({ id, device }: { id: number; device: DeviceDetail }) {
  const { t } = useConfigurationTexts();
  const { point } = useConfigurationSearch();
  const points = usePoints(id);
  const form = useForms(device.protocol);
  const [find, setFind] = useState('');
  return (
    <div className={point === undefined ? 'config-split' : 'config-split has-panel'}>
      <div className="config-main">
        <header className="toolbar">
          <h2>
            {t('config.tab.points')} <span className="quiet count">{points.data?.length}</span>
          </h2>
          <FindField label={t('config.find.point')} value={find} onChange={(text) => setFind(text ?? '')} />
          <Link to="." search={(before) => ({ ...before, point: 'new' as const })} className="button is-main">
            {t('config.point.add')}
          </Link>
        </header>
        <QueryAnswer
          query={points}
          title={t('config.points.failed')}
          isEmpty={(all) => all.length === 0}
          empty={<p>{t('config.points.none')}</p>}
        >
          {(all) => form && <PointList all={all} find={find} form={form} />}
        </QueryAnswer>
      </div>
      {form &&
        (point === 'new' ? (
          <NewPointPanel key="new" device={device} form={form} />
        ) : (
          point !== undefined && <PointPanel key={point} id={point} device={device} form={form} />
        ))}
    </div>
  );
}

function PointList({ all, find, form }: { all: readonly PointView[]; find: string; form: Forms }) {
  const { t, locale, language } = useConfigurationTexts();
  const { point: chosenPoint } = useConfigurationSearch();
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<number>>(new Set());
  const placeText = (point: PointView) => pointPlace(form, point, language).address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place follows from these
  const rows = useMemo(
    () =>
      find.trim() === ''
        ? all
        : all.filter((each) => contains(find, each.code, each.name, placeText(each), each.unit)),
    [all, find, form, language],
  );
  const numbers = new Intl.NumberFormat(locale, { maximumSignificantDigits: 15, useGrouping: false });
  const columns: ListColumn<PointView>[] = [
    {
      key: 'point',
      name: t('config.column.point'),
      sortBy: ({ name, code }) => name || code,
      cell: (point) => (
        <ItemName item={point}>
          {(label) => (
            <Link
              to="."
              search={(before) => ({ ...before, point: point.id })}
              data-item={point.id}
              className="config-link"
              aria-current={point.id === chosenPoint}
            >
              {label}
            </Link>
          )}
        </ItemName>
      ),
    },
    {
      key: 'address',
      name: t('config.column.address'),
      sortBy: placeText,
      cell: (point) => (
        <>
          <span>{placeText(point)}</span>
          <span className="under">{point.data_type}</span>
        </>
      ),
    },
    {
      key: 'scale',
      name: t('config.column.scale'),
      isNumber: true,
      sortBy: ({ scale }) => scale,
      cell: ({ scale, unit }) => (
        <>
          <span>{numbers.format(scale)}</span>
          <span className="under">{unit}</span>
        </>
      ),
    },
    {
      key: 'period',
      name: t('config.column.period'),
      isNumber: true,
      sortBy: ({ period_ms: ms }) => ms ?? 0,
      cell: ({ period_ms: ms }) =>
        ms === null ? <span className="quiet">{t('config.period.task')}</span> : durationText(t, ms / 1_000),
    },
  ];
  const ids = rows.filter(({ id }) => selectedIds.has(id)).map(({ id }) => id);
  return (
    <>
      <SelectionBar kind="point" ids={ids} onDone={() => setSelectedIds(new Set())} />
      <ConfigList
        label={t('config.tab.points')}
        className="is-points"
        columns={columns}
        rows={rows}
        orderIn="pointOrder"
        chosenId={chosenPoint === 'new' ? undefined : chosenPoint}
        selection={{ ids: selectedIds, select: setSelectedIds }}
      />
    </>
  );
}
