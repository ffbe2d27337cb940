import { inEachLanguage, type Text } from '@holdfast/texts/text.ts';
import { cellName } from '../../spreadsheets/cell-place.ts';
import { cellText } from '../../spreadsheets/read/list-file.ts';
import { pointListsText } from '../texts.ts';
import type { RowVerdict } from './judge-rows.ts';
import type { OpenedList } from './open-list.ts';
import { faultsHeader, type NoteKind } from './row-fault.ts';

interface NotedCell {
  readonly cell: string;
  readonly text: string;
  readonly value: unknown;
}

const words: Readonly<Record<NoteKind, (first: NotedCell) => Text>> = {
  decimal_comma: ({ cell, text, value }) =>
    pointListsText('commas_are_read_as_decimal_points', { cell, text, value: String(value) }),
  rounded_period: ({ cell, text, value }) =>
    pointListsText('periods_are_rounded_to_whole', { cell, text, value: String(value) }),
  precision_left_out: ({ cell, text }) => pointListsText('a_precision_is_left_out_where', { cell, text }),
};

/** Everything that was read otherwise than it is written, in a sentence each. */
export function listNotes(list: OpenedList, rows: readonly RowVerdict[]): Text[] {
  const lines = new Map(list.rows.map((row) => [row.line, row]));
  const byKind = new Map<NoteKind, { readonly first: NotedCell; count: number }>();
  for (const { reading, notes } of rows) {
    for (const { field, kind, value } of notes) {
      const before = byKind.get(kind);
      if (before) {
        before.count += 1;
        continue;
      }
      const index = reading?.at[field] ?? 0;
      const text = cellText(lines.get(reading?.line ?? 0)?.cells[index] ?? '').trim();
      byKind.set(kind, { first: { cell: cellName(index, reading?.line ?? 0), text, value }, count: 1 });
    }
  }
  return [
    ...mergeNotes(list),
    ...[...byKind].map(([kind, { first, count }]) => {
      const note = words[kind](first);
      if (count === 1) return pointListsText('only_here', { note });
      if (count === 2) return pointListsText('likewise_in_one', { note });
      return pointListsText('likewise_in_more', { note, more: count - 1 });
    }),
    ...unsupportedNotes(rows),
    ...disabledNote(rows),
    ...faultyRowsNote(list),
  ];
}

/** Tasks do not read what is disabled, though the list names them for it. */
function disabledNote(rows: readonly RowVerdict[]): Text[] {
  const disabledRows = rows.filter(({ reading, device, point }) => {
    if (typeof reading?.values.task !== 'string' || !point) return false;
    return (
      point.common.enabled === false || (device?.isNew === false && device.current.flat.enabled === false)
    );
  });
  const [first] = disabledRows;
  if (!first) return [];
  const name = `${first.deviceCode}/${first.code}`;
  return [pointListsText('points_that_are_disabled_or_whose', { count: disabledRows.length, name })];
}

/** A file of faulty rows is no whole list, though it looks like one. */
function faultyRowsNote({ columns }: OpenedList): Text[] {
  const headers: readonly string[] = Object.values(inEachLanguage(faultsHeader));
  if (!columns.some(({ field, header }) => !field && headers.includes(header))) return [];
  return [pointListsText('this_file_has_only_the_faulty')];
}

const namedAtMost = 5;

function mergeNotes({ merges, columns, head }: OpenedList): Text[] {
  const filledColumns = columns.flatMap(({ index, header, field }) => {
    const ofColumn = merges.filter(({ column, lastLine }) => column === index && lastLine > head.line);
    const [first] = ofColumn;
    return field && first ? [{ header, first, count: ofColumn.length }] : [];
  });
  if (filledColumns.length === 0) return [];
  const ranges = filledColumns.map(({ header, first: { column, firstLine, lastLine }, count }) => {
    const range = `${cellName(column, firstLine)}:${cellName(column, lastLine)}`;
    return `${header} (${count === 1 ? range : `${range} …, ${count}`})`;
  });
  const shownRanges = ranges.slice(0, namedAtMost).join(', ');
  return [pointListsText('merged_cells_hold_for_each', { shownRanges })];
}

/** Names the rows that cannot be imported from this list, and do not keep the others from it. */
function unsupportedNotes(rows: readonly RowVerdict[]): Text[] {
  const skippedRows = rows.flatMap(({ reading }) =>
    reading?.unsupported === undefined ? [] : [{ line: reading.line, ...reading.unsupported }],
  );
  const byProtocol = Map.groupBy(skippedRows, ({ protocol, template }) => template ?? protocol);
  return [...byProtocol.values()].map((all) => {
    const { protocol = '', template } = all[0] ?? {};
    const lines = all.slice(0, namedAtMost).map(({ line }) => line);
    const more = all.length - lines.length;
    const rows = rowsInWords(lines, more);
    return template === undefined
      ? pointListsText('left_out_no_protocol', { rows, protocol })
      : pointListsText('left_out_not_here', { rows, protocol, template });
  });
}

function rowsInWords(lines: readonly number[], more: number): Text {
  if (more > 0) return pointListsText('faulty_rows_and_more', { lines, more });
  const [line, ...others] = lines;
  return line !== undefined && others.length === 0
    ? pointListsText('faulty_row', { line })
    : pointListsText('faulty_rows', { lines });
}
