import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { cellName } from '../../spreadsheets/cell-place.ts';
import { shownCell } from '../../spreadsheets/read/list-file.ts';
import type { JudgedRow } from './judge-rows.ts';
import type { OpenedList } from './open-list.ts';
import { faultsHeader, type NoteKind } from './row-fault.ts';

interface NotedCell {
  readonly cell: string;
  readonly text: string;
  readonly value: unknown;
}

const words: Readonly<Record<NoteKind, (first: NotedCell) => InBoth>> = {
  decimal_comma: ({ cell, text, value }) =>
    both(
      `Commas are read as decimal points: ${cell} ${text} is ${value}`,
      `逗号按小数点读取：${cell} ${text} 为 ${value}`,
    ),
  rounded_period: ({ cell, text, value }) =>
    both(
      `Periods are rounded to whole milliseconds: ${cell} ${text} is ${value} ms`,
      `采集周期取整为毫秒：${cell} ${text} 为 ${value} ms`,
    ),
  precision_left_out: ({ cell, text }) =>
    both(
      `A precision is left out where the values have no decimals: ${cell} ${text}`,
      `数值没有小数，未采用小数位数：${cell} ${text}`,
    ),
};

/** Everything that was read otherwise than it is written, in a sentence each. */
export function listNotes(list: OpenedList, rows: readonly JudgedRow[]): InBoth[] {
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
      const text = shownCell(lines.get(reading?.line ?? 0)?.cells[index] ?? '').trim();
      byKind.set(kind, { first: { cell: cellName(index, reading?.line ?? 0), text, value }, count: 1 });
    }
  }
  return [
    ...mergeNotes(list),
    ...[...byKind].map(([kind, { first, count }]) => {
      const { en, zh } = words[kind](first);
      if (count === 1) return both(`${en}.`, `${zh}。`);
      const others = count === 2 ? 'one more cell' : `${count - 1} more cells`;
      return both(`${en}, likewise in ${others}.`, `${zh}，另有 ${count - 1} 个单元格同样处理。`);
    }),
    ...unsupportedNotes(rows),
    ...disabledNote(rows),
    ...faultyRowsNote(list),
  ];
}

/** Tasks do not read what is disabled, though the list names them for it. */
function disabledNote(rows: readonly JudgedRow[]): InBoth[] {
  const disabledRows = rows.filter(({ reading, device, point }) => {
    if (typeof reading?.values.task !== 'string' || !point) return false;
    return (
      point.common.enabled === false || (device?.isNew === false && device.current.flat.enabled === false)
    );
  });
  const [first] = disabledRows;
  if (!first) return [];
  const name = `${first.deviceCode}/${first.code}`;
  return [
    both(
      `Points that are disabled, or whose devices are, which no task reads: ${disabledRows.length}, such as ${name}.`,
      `已停用或所属设备已停用、因而没有任务读取的点位：${disabledRows.length} 个，如 ${name}。`,
    ),
  ];
}

/** A file of faulty rows is no whole list, though it looks like one. */
function faultyRowsNote({ columns }: OpenedList): InBoth[] {
  const headers: readonly string[] = Object.values(faultsHeader);
  if (!columns.some(({ field, header }) => !field && headers.includes(header))) return [];
  return [
    both(
      'This file has only the faulty rows of a list. Import the other rows of the list too, if that was not done.',
      '此文件只有点位表中有错误的行。点位表的其余各行若尚未导入，请一并导入。',
    ),
  ];
}

const namedAtMost = 5;

function mergeNotes({ merges, columns, head }: OpenedList): InBoth[] {
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
  return [
    both(
      `Merged cells hold for each of their rows: ${shownRanges}.`,
      `合并单元格的内容用于其中每一行：${shownRanges}。`,
    ),
  ];
}

/** Names the rows that cannot be imported from this list, and do not keep the others from it. */
function unsupportedNotes(rows: readonly JudgedRow[]): InBoth[] {
  const skippedRows = rows.flatMap(({ reading }) =>
    reading?.unsupported === undefined ? [] : [{ line: reading.line, ...reading.unsupported }],
  );
  const byProtocol = Map.groupBy(skippedRows, ({ protocol, template }) => template ?? protocol);
  return [...byProtocol.values()].map((all) => {
    const { protocol = '', template } = all[0] ?? {};
    const lines = all.slice(0, namedAtMost).map(({ line }) => line);
    const more = all.length - lines.length;
    const rows = `${all.length === 1 ? 'Row' : 'Rows'} ${lines.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    const zhRows = `第 ${lines.join('、')} 行${more > 0 ? `等 ${all.length} 行` : ''}`;
    return template === undefined
      ? both(`${rows} left out: there is no protocol ${protocol}.`, `未采用${zhRows}：没有协议 ${protocol}。`)
      : both(
          `${rows} left out: this sheet cannot describe points of ${protocol}. Import them with a list of their own: holdfast points template ${template}.`,
          `未采用${zhRows}：此表无法描述 ${protocol} 的点位。请用单独的点位表导入：holdfast points template ${template}。`,
        );
  });
}
