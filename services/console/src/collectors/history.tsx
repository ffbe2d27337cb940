import type { CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { Section } from '../parts/section.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { type Happening, happenings } from './happenings.ts';
import { useMoves } from './queries.ts';
import { useCollectorTexts } from './texts.ts';

const shownAtMost = 100;

/** Shows the history of the collectors, and the sessions that moved because of it, newest first. */
export function History({
  collectors,
  only,
}: {
  collectors: readonly CollectorView[];
  only: string | undefined;
}) {
  const { t } = useCollectorTexts();
  const query = useMoves(only);
  const title =
    only === undefined ? t('collectors.history') : t('collectors.history.of', { collector: only });
  return (
    <Section title={title}>
      <QueryAnswer query={query} title={t('collectors.history.failed')}>
        {({ results, next_cursor, left_out }) => {
          const all = happenings(collectors, results, only);
          return (
            <>
              {results.length === 0 && <p className="quiet">{t('collectors.history.none')}</p>}
              <HistoryTable title={title} rows={all.slice(0, shownAtMost)} />
              {(next_cursor !== null || left_out || all.length > shownAtMost) && (
                <p className="quiet small">{t('collectors.history.more')}</p>
              )}
            </>
          );
        }}
      </QueryAnswer>
    </Section>
  );
}

function HistoryTable({ title, rows }: { title: string; rows: readonly Happening[] }) {
  const { t } = useCollectorTexts();
  const plant = usePlantTime();
  const columns: Column<Happening>[] = [
    {
      key: 'when',
      name: t('collectors.history.when'),
      cell: ({ time }) => <time dateTime={time}>{plant.moment(new Date(time))}</time>,
    },
    { key: 'what', name: t('collectors.history.what'), cell: (each) => <What happening={each} /> },
    {
      key: 'to',
      name: t('collectors.history.to'),
      cell: (each) =>
        each.kind === 'moved'
          ? each.move.takers
              .map(({ collector_id, sessions }) => `${collector_id} (${sessions})`)
              .join(t('app.list'))
          : '',
    },
    {
      key: 'took',
      name: t('collectors.history.took'),
      isNumber: true,
      cell: (each) => (each.kind === 'moved' ? durationText(t, secondsOf(each.move)) : ''),
    },
  ];
  return <Table label={title} columns={columns} rows={rows} keyOf={keyOf} />;
}

function What({ happening }: { happening: Happening }) {
  const { t } = useCollectorTexts();
  const plant = usePlantTime();
  if (happening.kind === 'moved') {
    const { reason, former, sessions, session_ids } = happening.move;
    return (
      <>
        {t(`collectors.event.${reason}`, { collector: former, count: sessions })}
        <br />
        <span className="quiet small">
          {session_ids.join(t('app.list'))}
          {sessions > session_ids.length && ' …'}
        </span>
      </>
    );
  }
  const { kind, collector, heardAt } = happening;
  if (kind !== 'lost') return t(`collectors.event.${kind}`, { collector });
  return heardAt === null
    ? t('collectors.event.lost.unheard', { collector })
    : t('collectors.event.lost', { collector, when: plant.moment(new Date(heardAt)) });
}

function secondsOf({ from, to }: { readonly from: string; readonly to: string }): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}

function keyOf(each: Happening): string {
  return each.kind === 'moved'
    ? `${each.move.reason} ${each.move.former} ${each.time}`
    : `${each.kind} ${each.collector} ${each.time}`;
}
