import { readSample } from '@holdfast/shared/contracts/sample/read-sample.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StorableSample } from '../sample-store.ts';
import { storableSample } from '../testing/storable-sample.ts';
import { LineBody } from './line-body.ts';
import { LineWriter } from './line-protocol.ts';

function bytesRead(sample: StorableSample): StorableSample {
  const text = JSON.stringify({
    v: 1,
    collector: 'c',
    device_id: 'd',
    read_at: 1,
    ...sample,
    values: undefined,
  });
  const message = `${text.slice(0, -1)},"values":${JSON.stringify(sample.values)}}`;
  const parsed = readSample(new TextEncoder().encode(message));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.sample;
}

const code = fc.constantFrom(
  'a',
  'point_1',
  'x.y',
  'tim',
  'overtime',
  'Time',
  'integer',
  '温度',
  'a b',
  'q:r',
  '#',
);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.string(),
);
const values = fc.dictionary(code, value, { minKeys: 1 });

it('lines made from the bytes of values are those that are made from the values', () => {
  const sample = fc.tuple(values, fc.constantFrom('north', '', 'a b'), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 4 }), fc.boolean(), (list, isPlainWanted) => {
      const lines = new LineWriter();
      const body = new LineBody(lines, 1);
      const expectedLines: string[] = [];
      for (const [of, site, tick] of list) {
        const whole = storableSample({ values: of, site, tick });
        expect(body.add(isPlainWanted ? bytesRead(whole) : whole)).toBeUndefined();
        const line = lines.line(whole);
        expectedLines.push(line.kind === 'line' ? line.text : line.kind);
      }
      expect(body.bytes().toString()).toBe(expectedLines.join('\n'));
    }),
    { numRuns: 2_000 },
  );
});

it('a name that cannot be a field is refused also where the values stay bytes', () => {
  for (const name of ['time', 'energy__integer', 'energy__integer_minus_2_63']) {
    const sample = bytesRead(storableSample({ values: { good: 1, [name]: 2, other: 3 } }));
    expect(sample.plainValues?.count).toBe(3);
    const body = new LineBody(new LineWriter(), 1);
    expect(body.add(sample)).toEqual({ sample, codes: [name], reason: expect.stringContaining(name) });
    expect(body.bytes().toString()).toMatch(/ good=1,other=3 \d+$/);
  }
});

it('a body without lines is empty', () => {
  const body = new LineBody(new LineWriter(), 0);
  expect(body.add(storableSample({ values: {} }))).toBeUndefined();
  expect(body.bytes()).toHaveLength(0);
});
