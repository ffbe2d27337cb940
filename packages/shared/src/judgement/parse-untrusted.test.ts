import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeSample, type Sample } from '../contracts/sample/sample.ts';
import { decodeSentRecord } from '../contracts/sent-record.ts';
import { safeParseUntrusted, untrustedRecord } from './parse-untrusted.ts';

const sample: Sample = {
  ...{ v: 2, session: '1-1', epoch: 2, collector: 'c1', task: '1', device_id: '3', device: 'press' },
  ...{ site: 'demo', measurement: 'press', tick: 5, period_ms: 1_000, time: 5_000, read_at: 5_010 },
};
const faults = (count: number) => Array.from({ length: count }, () => 1);
const faultsByName = (count: number) =>
  Object.fromEntries(faults(count).map((each, nth) => [`p${nth}`, [each]]));

describe('a message with a great many faults', () => {
  it.each<[string, object]>([
    ['in a list', { uncertain: faults(400_000) }],
    ['in a list of lists', { lacking: [{ set: 'a'.repeat(22), points: [{ codes: faults(400_000) }] }] }],
    ['in changes', { changes: { p: faults(400_000) } }],
    ['by name', { values: faultsByName(100_000) }],
    ['in words', { bad: faultsByName(100_000) }],
  ])('%s says the first of them alone', (_where, fields) => {
    const decoded = decodeSample(JSON.stringify({ ...sample, ...fields }));
    expect(decoded.ok).toBe(false);
    expect(!decoded.ok && decoded.problem.length).toBeLessThan(300);
  });

  it('is no record of what was sent', () => {
    const record = {
      v: 1,
      session: '1-1',
      epoch: 2,
      collector: 'c1',
      ended: false,
      devices: faults(400_000),
    };
    expect(decodeSentRecord(JSON.stringify(record))).toBeUndefined();
  });
});

it('a record without faults is as zod reads it, with the place of its first fault where it has one', () => {
  const schema = z.object({ by_name: untrustedRecord(z.object({ a: z.number().default(7) })).optional() });
  const value = JSON.parse('{"by_name":{"x":{},"__proto__":{"a":1},"y":{"a":2}}}');
  expect(safeParseUntrusted(schema, value)).toEqual(schema.safeParse(value));
  const wrong = { by_name: { x: {}, y: { a: 'two' }, z: { a: 'three' } } };
  expect(safeParseUntrusted(schema, wrong).error?.issues.map(({ path }) => path)).toEqual([
    ['by_name', 'y', 'a'],
  ]);
});
