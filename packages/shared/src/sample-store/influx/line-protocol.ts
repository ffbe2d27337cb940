import { Point } from '@influxdata/influxdb-client';
import type { StorableSample } from '../sample-store.ts';

export type LinePoint =
  | { readonly kind: 'point'; readonly point: Point }
  /** Nothing to write: a miss. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unrepresentable'; readonly problem: string };

/**
 * One sample as one point: measurement, tags site and device, a field per point code, time in ms. Few tags on
 * purpose: a session or epoch tag would make a new series at every start of a task.
 *
 * Every number becomes a float field: a point that reads 20 now and 20.5 later would otherwise change its type,
 * which InfluxDB refuses.
 */
export function linePoint(sample: StorableSample): LinePoint {
  const values = Object.entries(sample.values ?? {});
  if (values.length === 0) return { kind: 'nothing' };
  const problem = namingProblem(sample);
  if (problem !== undefined) return { kind: 'unrepresentable', problem };
  const point = new Point(sample.measurement).tag('device', sample.device).timestamp(sample.time);
  // An empty tag value is a syntax error; a tag that is left out reads back as the empty string.
  if (sample.site !== '') point.tag('site', sample.site);
  // Only what is out of the ordinary: a tag on everything would double nothing but the length of the lines.
  if (sample.quality === 'uncertain') point.tag('quality', 'uncertain');
  for (const [code, value] of values) {
    if (typeof value === 'number') point.floatField(code, value);
    else if (typeof value === 'boolean') point.booleanField(code, value);
    else point.stringField(code, value);
  }
  return { kind: 'point', point };
}

/**
 * Names for which line protocol has no spelling. Sent as they are, some would be swallowed silently or change
 * the meaning of the rest of the line.
 */
function namingProblem(sample: StorableSample): string | undefined {
  if (sample.measurement.startsWith('#')) {
    return `measurement ${JSON.stringify(sample.measurement)}: a line that starts with # is a comment`;
  }
  for (const name of [sample.measurement, sample.device, sample.site, ...Object.keys(sample.values ?? {})]) {
    // A backslash at the end escapes the separator that follows it, and cannot itself be escaped there.
    if (name.endsWith('\\')) return `${JSON.stringify(name)} ends with a backslash`;
    if (/[\n\r\t\0]/.test(name)) return `${JSON.stringify(name)} has a control character`;
  }
  const empty = Object.keys(sample.values ?? {}).includes('') || sample.device === '';
  return empty ? 'an empty name' : undefined;
}
