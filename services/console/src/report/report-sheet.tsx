import type { TickCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { ReportPart, ReportRow, ReportValues } from '@holdfast/shared/contracts/http/report-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { useMe } from '../api/me.ts';
import { Explanation } from '../parts/explanation.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { shareText } from '../time/share.ts';
import { valueText } from '../values/value-text.ts';
import { GapOrigins } from '../words/gap-origins.tsx';
import { useWords } from '../words/texts.ts';
import { dueOf } from './due-of.ts';
import type { Report } from './report-queries.ts';
import { useReportTexts } from './texts.ts';

/** The report as it is printed: the result in one sentence, then by part, by session, gap by gap and holder by holder. */
export function ReportSheet({
  report,
  title,
  isLive,
  values,
}: {
  report: Report & { readonly madeAt: Date };
  title: string;
  isLive: boolean;
  values: UseQueryResult<ReportValues>;
}) {
  const { t, locale } = useReportTexts();
  const plant = usePlantTime();
  const me = useMe();
  const { results, parts } = report;
  const numbers = new Intl.NumberFormat(locale);
  const whole = sumOfCounts(results.flatMap(({ counts }) => counts ?? []));
  const who = me === undefined || me.kind === 'local' ? t('app.thisMachine') : me.name;
  return (
    <article className="sheet">
      <header>
        <h2>{title === '' ? t('report.title') : title}</h2>
        <dl className="sheet-facts">
          <dt>{t('report.time')}</dt>
          <dd>
            {plant.whole(new Date(report.from))} – {plant.whole(new Date(report.to))}
          </dd>
          <dt>{t('report.clock')}</dt>
          <dd>{plant.zoneName(new Date(report.from))}</dd>
          {!plant.isOfPlant && (
            <>
              <dt>{t('report.days')}</dt>
              <dd>{t('report.days.plant', { zone: plant.ofPlant })}</dd>
            </>
          )}
          <dt>{t('report.made')}</dt>
          <dd>{t('report.made.by', { when: plant.whole(report.madeAt), who })}</dd>
        </dl>
        <p className="sheet-result">
          {whole.expected === 0
            ? t('report.result.none')
            : whole.missing === 0 && whole.stored === whole.expected
              ? t('report.result.whole', { count: whole.expected })
              : t('report.result', {
                  share: shareText(locale, whole.stored, whole.expected),
                  expected: numbers.format(whole.expected),
                  count: whole.missing,
                })}
        </p>
        {isLive && <p className="quiet">{t('report.result.live')}</p>}
      </header>
      {parts.length > 1 && <Parts parts={parts} results={results} />}
      <h3>{t('report.sessions')}</h3>
      <Sessions parts={parts} results={results} />
      <h3>{t('report.values')}</h3>
      <QueryAnswer query={values} title={t('report.values.failed')}>
        {(figures) => <Values figures={figures} />}
      </QueryAnswer>
      <h3>{t('report.gaps')}</h3>
      <Gaps results={results} />
      <h3>{t('report.holders')}</h3>
      <Holders report={report} />
      <p className="sheet-words small">
        <Explanation meaning={t('word.epoch.means')}>{t('word.epoch')}</Explanation>
      </p>
      <p className="sheet-checked">{t('report.checked')}</p>
    </article>
  );
}

/** Columns of counted ticks. */
function useCountColumns<Row>(countsOf: (row: Row) => TickCountsView | null): Column<Row>[] {
  const { t, locale } = useReportTexts();
  const { t: word } = useWords();
  const numbers = new Intl.NumberFormat(locale);
  const number = (key: 'expected' | 'stored' | 'quarantined' | 'missing'): Column<Row> => ({
    key,
    name: t(`report.${key}`),
    isNumber: true,
    cell: (row) => {
      const counts = countsOf(row);
      return counts === null ? '–' : numbers.format(counts[key]);
    },
  });
  return [
    number('expected'),
    number('stored'),
    number('quarantined'),
    number('missing'),
    {
      key: 'complete',
      name: t('report.complete'),
      isNumber: true,
      cell: (row) => {
        const counts = countsOf(row);
        return counts && counts.expected > 0 ? shareText(locale, counts.stored, counts.expected) : '–';
      },
    },
    {
      key: 'why',
      name: t('report.why'),
      cell: (row) => {
        const counts = countsOf(row);
        if (counts === null) return t('report.lost');
        return (Object.entries(counts.missing_by_cause) as [GapCause, number][])
          .sort(([, one], [, other]) => other - one)
          .map(([cause, ticks]) => `${word(`cause.${cause}`)} ${numbers.format(ticks)}`)
          .join(t('app.comma'));
      },
    },
  ];
}

function Parts({ parts, results }: { parts: readonly ReportPart[]; results: readonly ReportRow[] }) {
  const { t } = useReportTexts();
  const plant = usePlantTime();
  const rows = parts.map((part, index) => ({
    part,
    counts: sumOfCounts(results.flatMap(({ by_part }) => by_part[index] ?? [])),
  }));
  const columns = useCountColumns(({ counts }: (typeof rows)[number]) => counts);
  return (
    <>
      <h3>{t('report.parts')}</h3>
      <Table
        label={t('report.parts')}
        keyOf={({ part }) => part.start_time}
        rows={rows}
        columns={[
          {
            key: 'part',
            name: t('report.part'),
            cell: ({ part }) =>
              `${part.name} ${plant.minute(new Date(part.start_time))} – ${plant.minute(new Date(part.end_time))}`.trim(),
          },
          ...columns,
        ]}
      />
    </>
  );
}

function Sessions({ parts, results }: { parts: readonly ReportPart[]; results: readonly ReportRow[] }) {
  const { t } = useReportTexts();
  const plant = usePlantTime();
  const columns = useCountColumns(({ counts }: ReportRow) => counts);
  return (
    <Table
      label={t('report.sessions')}
      keyOf={({ session_id }) => session_id}
      rows={results}
      columns={[
        {
          key: 'session',
          name: t('report.session'),
          cell: ({ session_id, task_code }) => `${task_code} ${session_id}`,
        },
        {
          key: 'due',
          name: t('report.due'),
          cell: (row) => {
            const due = dueOf(row, parts);
            if (due) return `${plant.whole(new Date(due.from))} – ${plant.whole(new Date(due.to))}`;
            return row.counts && row.counts.expected > 0 ? t('report.due.whole') : '–';
          },
        },
        ...columns,
      ]}
    />
  );
}

/** What the values of each point were, by part, with the completeness of its device. */
function Values({ figures: { results, parts, is_cut } }: { figures: ReportValues }) {
  const { t, locale } = useReportTexts();
  const plant = usePlantTime();
  const whole = new Intl.NumberFormat(locale);
  const text = valueText({ locale, yes: '', no: '' });
  const rows = results.flatMap(({ by_part, ...point }) =>
    by_part.flatMap((figures, index) => {
      const part = parts[index];
      const isDue = figures.count > 0 || figures.completeness !== null;
      return part && isDue ? [{ point, part, figures }] : [];
    }),
  );
  if (rows.length === 0) return <p>{t('report.values.none')}</p>;
  type Row = (typeof rows)[number];
  const number = (key: 'min' | 'mean' | 'max'): Column<Row> => ({
    key,
    name: t(`report.values.${key}`),
    isNumber: true,
    cell: ({ figures }) => text(figures[key]),
  });
  return (
    <>
      <Table
        label={t('report.values')}
        keyOf={({ point, part }) => `${point.device}/${point.point_code} ${part.start_time}`}
        rows={rows}
        columns={[
          {
            key: 'point',
            name: t('report.values.point'),
            cell: ({ point: { device, point_code, name, unit } }) => (
              <>
                {device} · {point_code}{' '}
                <span className="quiet">{[name, unit].filter(Boolean).join(t('app.comma'))}</span>
              </>
            ),
          },
          ...(parts.length > 1
            ? [
                {
                  key: 'part',
                  name: t('report.part'),
                  cell: ({ part }: Row) => `${part.name} ${plant.minute(new Date(part.start_time))}`.trim(),
                },
              ]
            : []),
          ...[number('min'), number('mean'), number('max')],
          {
            key: 'count',
            name: t('report.values.count'),
            isNumber: true,
            cell: ({ figures }) => whole.format(figures.count),
          },
          {
            key: 'complete',
            name: t('report.values.complete'),
            isNumber: true,
            cell: ({ figures: { completeness } }) =>
              completeness === null ? '–' : shareText(locale, completeness, 1),
          },
        ]}
      />
      {is_cut && <p className="quiet">{t('report.values.cut')}</p>}
    </>
  );
}

const devicesNamed = 4;

function Gaps({ results }: { results: readonly ReportRow[] }) {
  const { t, locale } = useReportTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale);
  const gaps = results
    .flatMap(({ session_id, task_code, gaps }) =>
      gaps.map((gap) => ({ ...gap, session_id, session: `${task_code} ${session_id}` })),
    )
    .sort((one, other) => one.start_time.localeCompare(other.start_time));
  const leftOut = results.reduce((sum, { gaps_left_out }) => sum + gaps_left_out, 0);
  if (gaps.length === 0) return <p>{t('report.gaps.none')}</p>;
  type Gap = (typeof gaps)[number];
  const columns: Column<Gap>[] = [
    {
      key: 'when',
      name: t('report.gap.when'),
      cell: ({ start_time, end_time }) =>
        `${plant.whole(new Date(start_time))} – ${plant.clock(new Date(end_time), true)}`,
    },
    {
      key: 'length',
      name: t('report.gap.length'),
      isNumber: true,
      cell: ({ start_time, end_time }) =>
        durationText(t, (Date.parse(end_time) - Date.parse(start_time)) / 1_000),
    },
    { key: 'session', name: t('report.session'), cell: ({ session }) => session },
    {
      key: 'devices',
      name: t('report.gap.devices'),
      cell: ({ devices, device_count }) => {
        // One more name takes no more room than saying that there is one more.
        const isAll = device_count <= devicesNamed + 1 && devices.length === device_count;
        const namedDevices = isAll ? devices : devices.slice(0, devicesNamed);
        const n = device_count - namedDevices.length;
        const names = namedDevices.join(t('app.list'));
        return n > 0 ? t('report.gap.more', { devices: names, n }) : names;
      },
    },
    {
      key: 'ticks',
      name: t('report.gap.ticks'),
      isNumber: true,
      cell: ({ ticks }) => numbers.format(ticks),
    },
    {
      key: 'why',
      name: t('report.why'),
      cell: ({ cause, session_id, events }) => (
        <>
          {word(`cause.${cause}`)}
          <GapOrigins session={session_id} events={events} />
        </>
      ),
    },
  ];
  return (
    <>
      <Table
        label={t('report.gaps')}
        keyOf={({ session, cause, start_time, devices }) => `${session} ${cause} ${start_time} ${devices[0]}`}
        rows={gaps}
        columns={columns}
      />
      {leftOut > 0 && <p className="quiet">{t('report.gaps.more', { count: leftOut })}</p>}
    </>
  );
}

function Holders({ report: { results } }: { report: Report }) {
  const { t, locale } = useReportTexts();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale);
  const spans = results.flatMap(({ session_id, task_code, holders }) =>
    holders.map((span) => ({ ...span, session: `${task_code} ${session_id}` })),
  );
  type Span = (typeof spans)[number];
  const columns: Column<Span>[] = [
    { key: 'session', name: t('report.session'), cell: ({ session }) => session },
    { key: 'collector', name: t('report.holders.collector'), cell: ({ collector_id }) => collector_id },
    {
      key: 'which',
      name: t('report.holders.which'),
      cell: ({ nth, epoch }) => t('report.holders.nth', { nth, epoch: String(epoch) }),
    },
    { key: 'from', name: t('report.holders.from'), cell: ({ from }) => plant.whole(new Date(from)) },
    {
      key: 'to',
      name: t('report.holders.to'),
      cell: ({ to }) => (to === null ? t('report.now') : plant.whole(new Date(to))),
    },
    {
      key: 'lost',
      name: t('report.holders.lost'),
      isNumber: true,
      cell: ({ missing_before }) => (missing_before ? numbers.format(missing_before) : '–'),
    },
  ];
  return (
    <Table
      label={t('report.holders')}
      keyOf={({ session, epoch }) => `${session} ${epoch}`}
      rows={spans}
      columns={columns}
    />
  );
}

function sumOfCounts(all: readonly TickCountsView[]): TickCountsView {
  const sum = (of: (counts: TickCountsView) => number) => all.reduce((total, each) => total + of(each), 0);
  const byCause: Partial<Record<GapCause, number>> = {};
  for (const { missing_by_cause } of all) {
    for (const [cause, ticks] of Object.entries(missing_by_cause) as [GapCause, number][]) {
      byCause[cause] = (byCause[cause] ?? 0) + ticks;
    }
  }
  const [expected, stored] = [sum((each) => each.expected), sum((each) => each.stored)];
  return {
    ...{ expected, stored },
    quarantined: sum((each) => each.quarantined),
    missing: sum((each) => each.missing),
    missing_by_cause: byCause,
    completeness: expected === 0 ? null : stored / expected,
  };
}
