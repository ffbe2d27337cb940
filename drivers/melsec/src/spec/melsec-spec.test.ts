import type { PointFields } from '@holdfast/driver/point.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { connectionSchema } from '../layout/connection.ts';
import { readLimits } from '../layout/read-limits.ts';
import { melsecSpec } from './melsec-spec.ts';

const connection = (rest: object = {}) =>
  connectionSchema.parse({ host: '192.168.3.39', port: 5_001, ...rest });
const point = (rest: Partial<PointFields> = {}): PointFields => ({
  ...{ code: 'p', data_type: 'int16', scale: 1, offset: 0 },
  ...rest,
});
const parse = (fields: object, of: Partial<PointFields> = {}, to: object = {}) =>
  melsecSpec.parseAddress(fields, point(of), connection(to));

describe('an address of a point', () => {
  it('is kept as GX Works writes it', () => {
    expect(parse({ address: 'd0100.f' }, { data_type: 'bool' })).toEqual({
      ok: true,
      address: { address: 'D100.F' },
    });
    expect(parse({ address: 'D0', length: 4, encoding: 'gbk' }, { data_type: 'string' })).toMatchObject({
      ok: true,
    });
  });

  it.each<[string, object, Partial<PointFields>, object, string, string]>([
    ['a bit that is no bool', { address: 'M0' }, {}, {}, 'data_type', 'names a single bit'],
    ['a bit of a word that is no bool', { address: 'D0.1' }, {}, {}, 'data_type', 'names a single bit'],
    ['a byte', { address: 'D0' }, { data_type: 'uint8' }, {}, 'data_type', 'no uint8'],
    ['a text without a length', { address: 'D0' }, { data_type: 'string' }, {}, 'length', 'half as many'],
    ['a length of a number', { address: 'D0', length: 2 }, {}, {}, 'length', 'only a string'],
    ['an encoding of a number', { address: 'D0', encoding: 'gbk' }, {}, {}, 'encoding', 'only a string'],
    ['an octal number', { address: 'X9' }, { data_type: 'bool' }, { series: 'fx5' }, 'address', 'octal'],
    [
      'a device that 1E lacks',
      { address: 'L0' },
      { data_type: 'bool' },
      { frame: '1E' },
      'address',
      'do not reach L',
    ],
    ['ZR by 1E', { address: 'ZR0' }, {}, { frame: '1E' }, 'address', 'do not reach ZR'],
    ['a wide array', { address: 'D0' }, { count: 65 }, { frame: '1E', series: 'fx3' }, 'count', 'gives 64'],
    [
      'a written bit of a word',
      { address: 'D0.1' },
      { data_type: 'bool', writable: true },
      {},
      'writable',
      'a bit of a word',
    ],
    ['a written input', { address: 'X0' }, { data_type: 'bool', writable: true }, {}, 'writable', 'an input'],
    ['a written array', { address: 'D0' }, { count: 2, writable: true }, {}, 'writable', 'arrays'],
    [
      'a scale of a text',
      { address: 'D0', length: 1 },
      { data_type: 'string', scale: 2 },
      {},
      'scale',
      'cannot be scaled',
    ],
    [
      'a name that a bit cannot be',
      { address: 'M0' },
      { data_type: 'bool', enumeration: { 2: 'x' } },
      {},
      'enumeration',
      '"2"',
    ],
  ])('refuses %s', (_, fields, of, to, field, message) => {
    expect(inEnglish(parse(fields, of, to))).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([{ field, message: expect.stringContaining(message) }]),
    });
  });

  it('is refused by the schema where it cannot be one', () => {
    for (const address of ['', '40001', 'D', 'D-1', 'D1.123', 'DATUM1']) {
      expect([address, melsecSpec.place.safeParse({ address }).success]).toEqual([address, false]);
    }
  });
});

it('another series is refused that does not have the addresses of the points', () => {
  const device = {
    ...{ id: '1', code: 'plc', protocol: 'melsec', mode: 'polled' as const, timeout_ms: 1_000 },
    connection: connection({ series: 'fx5', host: 'http://plc' }),
    points: [{ ...point({ code: 'door', data_type: 'bool' }), address: { address: 'X1F' } }],
  };
  expect(inEnglish(melsecSpec.problems?.(device))).toEqual([
    { field: 'host', message: expect.stringContaining('a name or an address alone') },
    {
      field: 'series',
      message: expect.stringContaining('door: "X1F": numbers of X are octal'),
    },
  ]);
});

it('octal numbers of X and Y in ASCII are a setting of FX5 alone', () => {
  const problemsWith = (fields: object) =>
    melsecSpec.problems?.({
      ...{ id: '1', code: 'plc', protocol: 'melsec', mode: 'polled', timeout_ms: 1_000, points: [] },
      connection: connection({ data_code: 'ascii_xy_octal', ...fields }),
    });
  expect(problemsWith({ series: 'fx5' })).toEqual([]);
  const dataCodeProblems = [{ field: 'data_code', message: expect.stringContaining('choose ascii') }];
  expect(inEnglish([problemsWith({}), problemsWith({ series: 'fx5', frame: '1E' })])).toEqual([
    dataCodeProblems,
    dataCodeProblems,
  ]);
});

it.each([
  [{}, 960, 7_168],
  [{ data_code: 'ascii' }, 960, 3_584],
  [{ frame: '4E', series: 'iq_r' }, 960, 7_168],
  [{ series: 'fx5' }, 960, 3_584],
  [{ series: 'fx5', data_code: 'ascii' }, 480, 1_792],
  [{ series: 'fx5', data_code: 'ascii_xy_octal' }, 480, 1_792],
  [{ frame: '1E' }, 256, 256],
  [{ frame: '1E', series: 'fx3' }, 64, 256],
  [{ max_words: 100, max_bits: 7_000, data_code: 'ascii' }, 100, 3_584],
])('one read of %j gives %d words and %d bits', (fields, words, bits) => {
  expect(readLimits(connection(fields))).toEqual({ words, bits });
});

it('two devices of one port contradict each other where frame or data code differ', () => {
  const way = (fields: object) => melsecSpec.endpoint(connection(fields)).way;
  const ways = [{}, { frame: '4E', data_code: 'ascii' }, { data_code: 'ascii_xy_octal' }].map(way);
  expect(ways).toEqual([
    'MC protocol 3E in binary',
    'MC protocol 4E in ASCII',
    'MC protocol 3E in ASCII with X and Y in octal',
  ]);
  const unit = (fields: object) => melsecSpec.pace(connection(fields)).unit;
  expect([unit({}), unit({ network_no: 1, pc_no: 2 })]).toEqual(['', '1/2/1023/0']);
});

it('takes over how much a PLC gives at once, once it has taught so', () => {
  expect(melsecSpec.learning?.narrowed(connection(), { max_words: 480 }, true)).toEqual(
    connection({ max_words: 480 }),
  );
  expect(
    melsecSpec.learning?.narrowed(connection({ max_words: 400 }), { max_words: 480 }, true),
  ).toBeUndefined();
});

it('has examples that it takes itself', () => {
  for (const example of melsecSpec.words.deviceExamples) {
    expect(connectionSchema.safeParse(example).error).toBeUndefined();
  }
  for (const example of melsecSpec.words.pointExamples as ({
    address: string;
    length?: number;
  } & PointFields)[]) {
    const { address, length, ...rest } = example;
    expect(parse({ address, ...(length === undefined ? {} : { length }) }, rest)).toMatchObject({ ok: true });
  }
});

it('tells which requests it will send', () => {
  const points = ['D100', 'D0', 'D1500', 'W1F'].map((address) => ({
    ...point({ code: address }),
    address: { address },
  }));
  const device = {
    ...{ id: '1', code: 'plc', protocol: 'melsec', mode: 'polled' as const, timeout_ms: 1_000 },
    ...{ connection: connection(), points },
  };
  const forecast = melsecSpec.forecast?.(device, { roundTripMs: 8, turnaroundMs: 0, isMeasured: false });
  expect(forecast?.requests([0, 1, 2, 3])).toEqual([
    { request: { address: 'D0', count: 101 }, points: ['D0', 'D100'], ms: 8, registers: 101 },
    { request: { address: 'D1500', count: 1 }, points: ['D1500'], ms: 8, registers: 1 },
    { request: { address: 'W1F', count: 1 }, points: ['W1F'], ms: 8, registers: 1 },
  ]);
  expect(forecast?.unreadable).toEqual([]);
});
