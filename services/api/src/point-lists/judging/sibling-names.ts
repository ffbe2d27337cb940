import { sameValueCodes } from '@holdfast/driver/same-value-codes.ts';
import type { JudgedRow } from './judge-rows.ts';

/** Adds faults to rows whose values would have the same names as values of an array of their device. */
export function withSiblingFaults(rows: readonly JudgedRow[], isReplacing: boolean): JudgedRow[] {
  const told = new Map<JudgedRow, string>();
  for (const ofDevice of Map.groupBy(rows, ({ deviceCode }) => deviceCode).values()) {
    const points = ofDevice.flatMap((row) => {
      const isLeft = row.state !== 'fault' && !(row.state === 'missing' && isReplacing);
      const common = row.point?.common ?? row.known?.common;
      return isLeft && common ? [{ code: row.code, count: common.count ?? undefined, row }] : [];
    });
    for (const { codes, valueCode } of sameValueCodes(points)) {
      const row = points.findLast(({ code, row }) => codes.includes(code) && row.reading)?.row;
      if (row) told.set(row, `a value of the array ${codes[0]} is named ${valueCode} too`);
    }
  }
  if (told.size === 0) return [...rows];
  return rows.map((row) => {
    const message = told.get(row);
    if (message === undefined) return row;
    const faults = [...row.faults, { field: 'code', code: 'duplicate', message } as const];
    return { ...row, state: 'fault', point: undefined, changes: undefined, faults };
  });
}
