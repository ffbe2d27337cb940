import type { CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { Link } from '@tanstack/react-router';
import { Age } from '../parts/age.tsx';
import { SeverityMark } from '../parts/mark.tsx';
import { StateWord } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { durationText } from '../time/duration.ts';
import { useNow } from '../time/plant-time.tsx';
import { percentText } from '../time/share.ts';
import { isLate, loadNow, severityOf, signs } from './collector-state.ts';
import { DrainCommand } from './drain-command.tsx';
import { useCollectorTexts } from './texts.ts';

/** Collectors, each with its state, its sessions and its load. */
export function CollectorTable({
  label,
  rows,
  all,
  version,
  chosenCollector,
}: {
  label: string;
  rows: readonly CollectorView[];
  all: readonly CollectorView[];
  /** The release of the API. */
  version: string;
  chosenCollector: string | undefined;
}) {
  const { t, locale } = useCollectorTexts();
  const nowMs = useNow().getTime();
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = (share: number) => percentText(locale, share, { maximumFractionDigits: 1 });
  const active = all.filter(({ state }) => state === 'active');
  const name = (
    key:
      | 'collector'
      | 'state'
      | 'heartbeat'
      | 'sessions'
      | 'devices'
      | 'values'
      | 'late'
      | 'cpu'
      | 'memory'
      | 'version'
      | 'command',
  ) => ({ key, name: t(`collectors.column.${key}`) }) as const;
  const columns: Column<CollectorView>[] = [
    {
      ...name('collector'),
      cell: ({ id, host }) => (
        <>
          <Link to="/collectors" search={{ collector: id }}>
            {id}
          </Link>
          <br />
          <span className="quiet small">{host}</span>
        </>
      ),
    },
    {
      ...name('state'),
      cell: (each) => (
        <>
          <StateWord state={signs[each.state]} severity={severityOf(each, nowMs)}>
            {t(`collectors.state.${each.state}`)}
          </StateWord>
          <br />
          <span className="quiet small">
            {each.state_since !== null &&
              t('collectors.state.for', {
                duration: durationText(t, (nowMs - Date.parse(each.state_since)) / 1_000),
              })}
          </span>
        </>
      ),
    },
    { ...name('heartbeat'), isNumber: true, cell: (each) => <Age since={each.last_heartbeat_at} /> },
    {
      ...name('sessions'),
      isNumber: true,
      cell: ({ sessions, capacity }) => `${numbers.format(sessions)} / ${numbers.format(capacity)}`,
    },
    { ...name('devices'), isNumber: true, cell: ({ devices }) => numbers.format(devices) },
    {
      ...name('values'),
      isNumber: true,
      cell: (each) => {
        const load = loadNow(each, nowMs);
        const plannedPerSecond = each.planned_values_per_s;
        if (!load) return '–';
        return `${numbers.format(load.values_per_s)} / ${numbers.format(plannedPerSecond)}`;
      },
    },
    {
      ...name('late'),
      isNumber: true,
      cell: (each) => {
        const load = loadNow(each, nowMs);
        if (!load) return '–';
        return (
          <span className="with-mark" title={t('collectors.late.how')}>
            {isLate(each, nowMs) && <SeverityMark severity={3} />}
            {percent(load.late_share)}
          </span>
        );
      },
    },
    {
      ...name('cpu'),
      isNumber: true,
      cell: (each) => {
        const load = loadNow(each, nowMs);
        return load ? <span title={t('collectors.cpu.how')}>{percent(load.cpu_share)}</span> : '–';
      },
    },
    {
      ...name('memory'),
      isNumber: true,
      cell: (each) => {
        const load = loadNow(each, nowMs);
        return load ? `${numbers.format(Math.round(load.memory_bytes / 1_000_000))} MB` : '–';
      },
    },
    {
      ...name('version'),
      cell: ({ version: own, state }) =>
        own === null ? (
          <span className="quiet">{t('collectors.version.unknown')}</span>
        ) : own === version || state === 'ended' || state === 'lost' ? (
          own
        ) : (
          <span className="with-mark" title={t('collectors.version.differs', { version })}>
            <SeverityMark severity={3} /> {own}
            <span className="heard">{t('collectors.version.differs', { version })}</span>
          </span>
        ),
    },
    {
      ...name('command'),
      cell: (each) => <DrainCommand collector={each} others={active.filter(({ id }) => id !== each.id)} />,
    },
  ];
  return (
    <Table label={label} columns={columns} rows={rows} keyOf={({ id }) => id} chosenKey={chosenCollector} />
  );
}
