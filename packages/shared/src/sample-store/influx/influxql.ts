import * as z from 'zod';
import type { HistoryPoint, HistoryQuery } from '../sample-store.ts';

/** InfluxQL that asks for the latest values of one point, per measurement. */
export function historyStatement(query: HistoryQuery): string {
  const { devices, start, end, limit } = query;
  const measurements = devices
    ? [...new Set(devices.map((device) => device.measurement))].map(quoteIdentifier).join(', ')
    : '/.*/';
  const conditions = [`time >= ${start.getTime()}ms`, `time < ${end.getTime()}ms`];
  if (devices) {
    const codes = [...new Set(devices.map((device) => device.deviceCode))];
    conditions.push(`(${codes.map((code) => `"device"::tag = ${quoteString(code)}`).join(' OR ')})`);
  }
  // The types keep a point that is called "device" apart from the tag.
  return (
    `SELECT ${quoteIdentifier(query.pointCode)}::field AS "value", "device"::tag AS "device" ` +
    `FROM ${measurements} WHERE ${conditions.join(' AND ')} ORDER BY time DESC LIMIT ${limit}`
  );
}

export function quoteIdentifier(name: string): string {
  return `"${escapeIn(name, '"')}"`;
}

export function quoteString(text: string): string {
  return `'${escapeIn(text, "'")}'`;
}

function escapeIn(text: string, quote: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
}

const queryResponseSchema = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            columns: z.array(z.string()),
            values: z.array(z.array(z.union([z.number(), z.string(), z.boolean(), z.null()]))),
          }),
        )
        .optional(),
    }),
  ),
});

export type HistoryAnswer =
  | { readonly ok: true; readonly points: HistoryPoint[] }
  | { readonly ok: false; readonly problem: string };

/** Reads the answer to `historyStatement`, asked with `epoch=ms`. */
export function readHistoryAnswer(json: unknown, query: HistoryQuery): HistoryAnswer {
  const parsed = queryResponseSchema.safeParse(json);
  if (!parsed.success)
    return { ok: false, problem: `not an InfluxQL answer: ${z.prettifyError(parsed.error)}` };
  const points: HistoryPoint[] = [];
  for (const { error, series = [] } of parsed.data.results) {
    if (error !== undefined) return { ok: false, problem: error };
    for (const { columns, values } of series) {
      const [time, value, device] = ['time', 'value', 'device'].map((name) => columns.indexOf(name));
      for (const row of values) {
        const read = row[value ?? -1];
        if (read === null || read === undefined) continue;
        points.push({
          time: new Date(Number(row[time ?? -1])),
          device: String(row[device ?? -1] ?? ''),
          pointCode: query.pointCode,
          value: read,
        });
      }
    }
  }
  // The limit held for each measurement by itself.
  points.sort((a, b) => a.time.getTime() - b.time.getTime() || compareText(a.device, b.device));
  return { ok: true, points: points.slice(-query.limit) };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
