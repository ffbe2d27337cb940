import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSample } from './read-sample.ts';
import { decodeSample } from './sample.ts';

const envelope =
  '"v":1,"session":"s","epoch":7,"collector":"c","task":"t","device_id":"d","device":"press","site":"",' +
  '"measurement":"press","tick":5,"period_ms":1000,"time":5000,"read_at":5003';

const lacking =
  '"lacking":[{"set":"AAAAAAAAAAAAAAAAAAAAAA","points":[{"cause":"exception","period_ms":1000,"codes":["a"]}]}]';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const plainCount = (text: string) => {
  const result = readSample(bytesOf(text));
  return result.ok ? (result.sample as { plainValues?: { count: number } }).plainValues?.count : undefined;
};

/** Everything that a reader could ask for, however it was read. */
function summaryOf(result: ReturnType<typeof readSample>): unknown {
  if (!result.ok) return result;
  const { plainValues: _, ...sample } = result.sample as typeof result.sample & { plainValues?: unknown };
  return { ...sample, values: result.sample.values };
}

const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('a', 'point_1', 'Temperatur.1', 'x-y', 'time', 'e__integer', '1', '__proto__'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('温度', 'a b', 'a,b', 'a=b', 'a\\"b', 'a\\\\', '', 'a:b', '\\u0061', '#'),
  },
);
const valueText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  },
  { weight: 2, arbitrary: fc.integer().map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '0',
        '-0',
        '-0.0',
        '-0.01',
        '1.50',
        '00',
        '01',
        '1.',
        '.5',
        '-',
        '+1',
        '1e5',
        '1e999',
        '123456789012345678901',
      ],
      ...[
        '9'.repeat(39),
        '9'.repeat(41),
        'true',
        'false',
        'null',
        'tru',
        'truex',
        '"text"',
        '"a,\\"values\\":{"',
        '{}',
        '[]',
      ],
      ...['{"a":1}', ' 1', '1 '],
    ),
  },
);
const valuesText = fc
  .array(fc.tuple(name, valueText), { maxLength: 5 })
  .map((members) => `{${members.map(([code, value]) => `"${code}":${value}`).join(',')}}`);
const tail = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        ',"values":{"a":2}',
        ',"uncertain":["a"]',
        ',"integers":{"b":"9007199254740993"}',
        ',"x":{"values":{"a":1}}',
      ],
      ...[' ', '}', ',"v":2', ',', ',"values":{"a":1}}'],
    ),
  },
);
const head = fc.oneof(
  { weight: 5, arbitrary: fc.constant(envelope) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `${envelope},${lacking}`,
      envelope.replace('"press"', '"a,\\"values\\":{"'),
      envelope.replace('"press"', '"a,"values":{"b":1}'),
      `${envelope},"values":{"b":3}`,
      `${envelope},"miss":{"cause":"timeout","detail":""}`,
      `${envelope},"x":{"y":1`,
      `${envelope},"x":[1`,
      envelope.replace('"epoch":7', '"epoch":0'),
      envelope.replace('"press"', '"温度"'),
    ),
  },
);

describe('a sample that is read from the bytes of its message', () => {
  it('is what decoding its text says, whatever stands there', () => {
    let plain = 0;
    fc.assert(
      fc.property(head, valuesText, tail, (before, values, after) => {
        const text = `{${before},"values":${values}${after}}`;
        const result = readSample(bytesOf(text));
        expect(summaryOf(result)).toEqual(summaryOf(decodeSample(text)));
        if (result.ok && 'plainValues' in result.sample) plain += 1;
      }),
      { numRuns: thorough(5_000) },
    );
    expect(plain).toBeGreaterThan(thorough(100));
  });

  it('keeps plain values as they came, and counts them', () => {
    expect(plainCount(`{${envelope},"values":{"a":1,"b":-2.5,"c":true}}`)).toBe(3);
    expect(plainCount(`{${envelope},${lacking},"values":{"a":1}}`)).toBe(1);
    for (const odd of [
      '{}',
      '{"a":"x"}',
      '{"a":1,"a":2}',
      '{"a":-0.0}',
      '{"a":1e5}',
      '{"a b":1}',
      '{"温度":1}',
    ])
      expect(plainCount(`{${envelope},"values":${odd}}`), odd).toBeUndefined();
    const many = Array.from({ length: 1_500 }, (_, index) => `"point_${index}":${index}`);
    expect(plainCount(`{${envelope},"values":{${many.join(',')}}}`)).toBe(1_500);
    expect(plainCount(`{${envelope},"values":{${[...many, many[700]].join(',')}}}`)).toBeUndefined();
  });

  it('is found wherever the bytes begin in a larger piece, as they do when they come from the broker', () => {
    const text = `{${envelope},"values":{"a":1,"b":2}}`;
    const padded = bytesOf(`xxxxx${text}xxxx`);
    const result = readSample(padded.subarray(5, 5 + text.length));
    expect(result).toMatchObject({ ok: true, sample: { tick: 5, values: { a: 1, b: 2 } } });
  });
});
