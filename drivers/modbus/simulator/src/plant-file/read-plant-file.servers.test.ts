import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PointLayout } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { pointWidth } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { decodePoint } from '@holdfast/driver-modbus/values/testing/decode-point.ts';
import { readPlantFile } from '@holdfast/plant/plant-file/read-plant-file.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryOf } from '../memory/memory-of.ts';
import { simulator } from '../simulator.ts';
import { plantOfFile } from '../testing/plant-of-file.ts';

const cleanUps: (() => void)[] = [];
afterAll(() => {
  for (const cleanUp of cleanUps) cleanUp();
});

const startedAtMs = Date.UTC(2026, 0, 1);

function plantOf(yaml: string) {
  return plantOfFile(yaml, { startedAtMs });
}

/** The values that readers of the only device's only point see at these times after the start, in ms. */
function summaryOf(
  point: string,
  layout: Omit<PointLayout, 'table' | 'byte_order' | 'scale' | 'offset'>,
  times: number[],
) {
  const { config } = plantOf(
    `endpoints: [{ protocol: modbus_tcp, units: [{ device: a, points: [{ code: p, table: holding_register, address: 4, ${point} }] }] }]`,
  );
  const memory = memoryOf(config.endpoints?.[0]?.units[0]?.tables ?? {});
  const whole = { table: 'holding_register', byte_order: 'ABCD', scale: 1, offset: 0, ...layout } as const;
  return times.map((at) => {
    const data = memory.read('holding_register', 4, pointWidth(whole), startedAtMs + at);
    const raw = Array.from({ length: pointWidth(whole) }, (_, index) => data?.readUInt16BE(index * 2) ?? -1);
    const [decoded] = decodePoint({ ...whole, code: 'p' }, raw);
    if (decoded?.kind === 'value') return decoded.value;
    return decoded?.kind === 'integer' ? decoded.digits : decoded;
  });
}

const float = { data_type: 'float64' } as const;

describe('a value', () => {
  it.each([
    ['ramp: { from: 0, to: 10, period: 10s }', [0, 5_000, 12_000], [0, 5, 2]],
    ['ramp: { from: 10, to: 0, period: 10s, once: true }', [0, 5_000, 12_000], [10, 5, 0]],
    ['sine: { middle: 1, amplitude: 2, period: 4s }', [0, 1_000, 3_000], [1, 3, -1]],
    ['square: { low: 1, high: 2, period: 10s, duty: 0.3 }', [0, 2_999, 3_000, 10_000], [2, 2, 1, 2]],
    ['counter: { start: 5, step: 2, every: 1s, wrap_at: 10 }', [0, 1_500, 2_000, 3_000], [5, 7, 9, 5]],
    ['counter: { start: 5, step: -2, every: 1s }', [0, 1_500, 4_000], [5, 3, -3]],
    ['list: { values: [3, 1, 4], every: 1s }', [0, 1_000, 2_500, 3_000], [3, 1, 4, 3]],
    ['list: { values: [3, 1, 4], every: 1s, once: true }', [0, 9_000], [3, 4]],
    ['constant: 6.5', [0, 9_000], [6.5, 6.5]],
  ])('%s', (value, times, expected) => {
    const values = summaryOf(`data_type: float64, value: { ${value} }`, float, times);
    values.forEach((each, index) => {
      expect(each).toBeCloseTo(expected[index] ?? Number.NaN, 9);
    });
  });

  it('that walks at random stays within its bounds, in steps that are not too large, the same at every start', () => {
    const walk = 'data_type: float64, value: { random_walk: { min: 0, max: 3, step: 1, every: 1s } }';
    const times = Array.from({ length: 200 }, (_, index) => index * 1_000);
    const values = summaryOf(walk, float, times).map(Number);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(3);
    expect(new Set(values).size).toBeGreaterThan(50);
    values.slice(1).forEach((value, index) => {
      expect(Math.abs(value - (values[index] ?? 0))).toBeLessThanOrEqual(1);
    });
    expect(summaryOf(walk, float, times)).toEqual(values);
  });

  it('that its type cannot hold any more stays where it is', () => {
    const counter = 'data_type: uint8, value: { counter: { start: 250, step: 5, every: 1s } }';
    expect(summaryOf(counter, { data_type: 'uint8' }, [1_000, 2_000, 3_000])).toEqual([255, 255, 255]);
  });

  it('of every kind of type is what a reader decodes', () => {
    expect(summaryOf("data_type: uint64, value: '9007199254740993'", { data_type: 'uint64' }, [0])).toEqual([
      '9007199254740993',
    ]);
    const text = { data_type: 'string', length: 4, encoding: 'utf-8' } as const;
    expect(summaryOf('data_type: string, length: 4, encoding: utf-8, value: 温度', text, [0])).toEqual([
      '温度',
    ]);
  });
});

describe('a plant file', () => {
  it('makes copies of endpoints and of units, each with a name, a port and a unit id of its own', () => {
    const { config } = plantOf(`
endpoints:
  - { protocol: modbus_tcp, port: 6000, copies: 2, units: [{ device: press, copies: 2, unit_id: 5 }] }
`);
    expect(
      config.endpoints?.map((each) => [
        each.name,
        'port' in each && each.port,
        each.units.map(({ code, unitId }) => `${code} ${unitId}`),
      ]),
    ).toEqual([
      ['press-1', 6000, ['press-1-1 5', 'press-1-2 6']],
      ['press-2', 6001, ['press-2-1 5', 'press-2-2 6']],
    ]);
  });

  it('may name addresses as data sheets do, and put two bits into one register', () => {
    const { config } = plantOf(`
endpoints:
  - protocol: modbus_tcp
    units:
      - device: a
        points:
          - { code: run, address: '40003', data_type: bool, bit: 0, value: true }
          - { code: alarm, table: holding_register, address: 0x02, data_type: bool, bit: 15, value: true }
`);
    const memory = memoryOf(config.endpoints?.[0]?.units[0]?.tables ?? {});
    expect(memory.read('holding_register', 2, 1, startedAtMs)?.toString('hex')).toBe('8001');
  });

  it.each([
    ['is no YAML', 'endpoints: [', 'plant.yaml:1: '],
    ['is empty', '', 'plant.yaml:1: endpoints: '],
    [
      'names a protocol that there is not',
      'endpoints:\n  - protocol: modbus_udp\n    units: [{ device: a }]\n',
      'plant.yaml:2: endpoints[0].protocol: there is no "modbus_udp"; there are modbus_tcp, modbus_rtu, modbus_rtu_over_tcp',
    ],
    [
      'has a setting that there is not',
      'endpoints:\n  - protocol: modbus_tcp\n    prot: 5\n    units: [{ device: a }]\n',
      'plant.yaml:3: endpoints[0].prot: there is no such setting',
    ],
    [
      'has an input that can be written',
      'endpoints:\n  - protocol: modbus_tcp\n    units:\n      - device: a\n        points:\n' +
        '          - { code: a, address: 0, table: input_register, data_type: int16, value: 1, writable: true }\n',
      'plant.yaml:6: endpoints[0].units[0].points[0].writable: a point of the table input_register cannot be written',
    ],
    [
      'has a time without a unit',
      'endpoints:\n  - protocol: modbus_tcp\n    units:\n      - device: a\n        latency: 5\n',
      'plant.yaml:5: endpoints[0].units[0].latency: must be a time with its unit: 250ms, 1.5s, 10m, 2h',
    ],
    [
      'has a time with a unit that there is not',
      'endpoints:\n  - protocol: modbus_tcp\n    units:\n      - device: a\n        faults:\n          - { kind: silence, for: 5x }\n',
      'plant.yaml:6: endpoints[0].units[0].faults[0].for: must be a time with its unit: 250ms, 1.5s, 10m, 2h',
    ],
    [
      'has a value that does not fit',
      point('address: 0, data_type: uint16, value: { ramp: { from: 0, to: 70000, period: 1s } }'),
      'plant.yaml:6: endpoints[0].units[0].points[0].value: 70000 does not fit uint16',
    ],
    [
      'has two values at one place',
      point('address: 0, data_type: float32, value: 1') +
        '          - { code: q, table: holding_register, address: 1, data_type: int16, value: 1 }\n',
      'plant.yaml:7: endpoints[0].units[0].points[1].address: lies where something else lies already',
    ],
    [
      'has two kinds of movement for one value',
      point('address: 0, data_type: int16, value: { constant: 1, list: { values: [1] } }'),
      'must be exactly one of constant, ramp',
    ],
    [
      'has a point that contradicts itself',
      point("address: '30001', data_type: int16, value: 1"),
      'plant.yaml:6: endpoints[0].units[0].points[0].table: "30001" is of the table input_register',
    ],
    [
      'has a fault that the protocol cannot have',
      'endpoints:\n  - protocol: modbus_tcp\n    units:\n      - device: a\n        faults:\n          - { kind: crc_error }\n',
      'plant.yaml:6: endpoints[0].units[0].faults[0]: crc_error needs RTU framing',
    ],
    [
      'has one device twice',
      'endpoints:\n  - protocol: modbus_tcp\n    units:\n      - device: a\n      - device: a\n        unit_id: 2\n',
      'plant.yaml:5: endpoints[0].units[1].device: there are two: device a',
    ],
    [
      'names a column that is not there',
      point('address: 0, data_type: int16, value: { csv: { file: nowhere.csv, column: x } }'),
      'points[0].value: nowhere.csv cannot be read',
    ],
    [
      'has a serial line without a place',
      'endpoints:\n  - protocol: modbus_rtu\n    units: [{ device: a }]\n',
      'plant.yaml:2: endpoints[0]: needs either path',
    ],
  ])('that %s is refused with the line', (_what, yaml, message) => {
    expect(() => plantOf(yaml)).toThrow(message);
  });

  it('is refused in another encoding than UTF-8, and so is a file of values next to it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plant-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const gbk = Buffer.from('d6d0cec4', 'hex');
    const file = join(folder, 'plant.yaml');
    writeFileSync(file, gbk);
    expect(() => readPlantFile(file, { simulators: [simulator] })).toThrow(`${file}: is not in UTF-8`);
    writeFileSync(join(folder, 'values.csv'), Buffer.concat([gbk, Buffer.from('\n1\n')]));
    const value = 'value: { csv: { file: values.csv, column: 中文 } }';
    writeFileSync(file, point(`address: 0, data_type: int16, ${value}`));
    expect(() => readPlantFile(file, { simulators: [simulator] })).toThrow('values.csv is not in UTF-8');
  });

  it('is refused with everything that is wrong, in the order of its lines', () => {
    const wrong =
      'endpoints:\n  - protocol: modbus_tcp\n    port: -1\n    units:\n      - device: a\n        unit_id: 999\n';
    expect(() => plantOf(wrong)).toThrow(/plant\.yaml:3: .*port.*\nplant\.yaml:6: .*unit_id/);
  });
});

function point(rest: string): string {
  return [
    'endpoints:',
    '  - protocol: modbus_tcp',
    '    units:',
    '      - device: a',
    '        points:',
    `          - { code: p, table: holding_register, ${rest} }`,
    '',
  ].join('\n');
}
