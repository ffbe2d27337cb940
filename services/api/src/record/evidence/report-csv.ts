import type { CsvSeparator } from '@holdfast/shared/contracts/csv-cell.ts';
import type { ReportRow } from '@holdfast/shared/contracts/http/report-http.ts';
import { gapCauses } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { PlantClock } from '@holdfast/shared/domain/plant-clock.ts';
import { csvLine } from '../../spreadsheets/write/csv-line.ts';
import { localTime } from '../../spreadsheets/write/local-time.ts';
import type { Part } from './report.ts';

interface CsvOf {
  readonly title: string | undefined;
  readonly clock: PlantClock;
  readonly parts: readonly Part[];
  readonly separator: CsvSeparator;
}

export function csvHead({ title, separator }: Pick<CsvOf, 'title' | 'separator'>): string {
  const head = [
    ...(title === undefined ? [] : ['title']),
    ...[
      'part',
      'from',
      'to',
      'session',
      'task',
      'name',
      'sites',
      'expected',
      'stored',
      'quarantined',
      'missing',
    ],
    'completeness_percent',
    ...gapCauses.map((cause) => `missing_${cause}`),
    ...['holders', 'due_from', 'due_to'],
  ];
  return csvLine(head, separator);
}

/** A line for each part of the time in which ticks were due, or one line that says that it is unknown which were due. */
export function csvRows(row: Omit<ReportRow, 'gaps'>, { title, clock, parts, separator }: CsvOf): string {
  const titleCells = title === undefined ? [] : [title];
  const { session_id, task_code, task_name, sites, by_part, counts, due } = row;
  const session = [session_id, task_code, task_name, sites.filter(Boolean).join(' ')];
  return parts
    .map((part, index) => {
      const ticks = by_part[index];
      const own = due.find((each) => each.part === index);
      const head = [
        ...titleCells,
        part.name,
        localTime(clock, part.fromMs),
        localTime(clock, part.toMs),
        ...session,
      ];
      if (counts === null) return csvLine([...head, 'configuration lost'], separator);
      if (!ticks || ticks.expected === 0) return '';
      const cells = [
        ...head,
        ...[ticks.expected, ticks.stored, ticks.quarantined, ticks.missing, percent(ticks)],
        ...gapCauses.map((cause) => ticks.missing_by_cause[cause] ?? 0),
        holdersIn(row, part, clock),
        localTime(clock, own ? Date.parse(own.from) : part.fromMs),
        localTime(clock, own ? Date.parse(own.to) : part.toMs),
      ];
      return csvLine(cells, separator);
    })
    .join('');
}

/** The stored share in percent, never rounded up to 100 while something is missing. */
function percent({ expected, stored }: { readonly expected: number; readonly stored: number }): string {
  return String(Math.floor((stored / expected) * 1_000_000) / 10_000);
}

function holdersIn(
  { holders }: Pick<ReportRow, 'holders'>,
  { fromMs, toMs }: Part,
  clock: PlantClock,
): string {
  return holders
    .filter((span) => Date.parse(span.from) < toMs && (span.to === null || Date.parse(span.to) > fromMs))
    .map(({ collector_id, epoch, from, to }) => {
      const end = to === null ? '' : localTime(clock, Date.parse(to));
      return `${collector_id} (epoch ${epoch}) ${localTime(clock, Date.parse(from))} - ${end}`.trimEnd();
    })
    .join('; ');
}
