import type { AggregateQuery, HistoryDevice, HistoryQuery } from '../sample-store.ts';

/** Up to so many devices are asked separately: then the answer may have the full number of values for each. */
const devicesAskedApart = 4;

/**
 * InfluxQL that asks for the latest values of one point: separately for each device where there are few, else per
 * measurement. Separately, a row is a time and a value; with the tags in each row, the same answer takes twice as long.
 */
export function historyStatement(query: HistoryQuery): string {
  // The types distinguish a point called "device" from the tag.
  const value = `${quoteIdentifier(query.pointCode)}::field AS "value"`;
  const newestFirst = `ORDER BY time DESC LIMIT ${query.limit}`;
  if (query.devices && query.devices.length <= devicesAskedApart) {
    return `SELECT ${value} ${fromWhere(query)} GROUP BY "device", "quality" ${newestFirst}`;
  }
  return (
    `SELECT ${value}, "device"::tag AS "device", "quality"::tag AS "quality" ` +
    `${fromWhere(query)} ${newestFirst}`
  );
}

/**
 * Two statements: one for the figures of each interval, one for the intervals with uncertain values. Only numbers have
 * a mean (`::float` also reads integers that another program wrote).
 */
export function aggregateStatement(query: AggregateQuery): string {
  const point = quoteIdentifier(query.pointCode);
  const grouped = groupedByInterval(query);
  return (
    `SELECT MEAN(${point}::float) AS "mean", MIN(${point}::float) AS "min", MAX(${point}::float) AS "max", ` +
    `LAST(${point}::field) AS "last", COUNT(${point}::field) AS "count" ${fromWhere(query)} ${grouped}; ` +
    `SELECT COUNT(${point}::field) AS "count" ${fromWhere(query, [`"quality"::tag = 'uncertain'`])} ${grouped}`
  );
}

export function groupedByInterval({ intervalMs, utcOffsetMs = 0, limit }: AggregateQuery): string {
  const offset = utcOffsetMs === 0 ? '' : `, ${-utcOffsetMs % intervalMs}ms`;
  return `GROUP BY time(${intervalMs}ms${offset}), "device" fill(none) ORDER BY time DESC LIMIT ${limit}`;
}

export function fromWhere(
  { devices, start, end }: Pick<HistoryQuery, 'devices' | 'start' | 'end'>,
  further: readonly string[] = [],
): string {
  const conditions = [`time >= ${start.getTime()}ms`, `time < ${end.getTime()}ms`, ...further];
  const only = devices && devicesIn(devices);
  if (only) conditions.push(only.condition);
  return `${only?.from ?? 'FROM /.*/'} WHERE ${conditions.join(' AND ')}`;
}

/** Where these devices write, and how to select their rows there. */
export function devicesIn(devices: readonly HistoryDevice[]): { from: string; condition: string } {
  const measurements = [...new Set(devices.map(({ measurement }) => measurement))];
  const codes = [...new Set(devices.map(({ deviceCode }) => deviceCode))];
  return {
    from: `FROM ${measurements.map(quoteIdentifier).join(', ')}`,
    condition: `(${codes.map((code) => `"device"::tag = ${quoteString(code)}`).join(' OR ')})`,
  };
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
