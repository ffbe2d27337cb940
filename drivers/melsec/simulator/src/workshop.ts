import type { WorkshopMachine } from '@holdfast/plant/simulator.ts';

const code = 'press-1';
const connection = { frame: '4E', data_code: 'binary', series: 'iq_r' };

/** A point of the press, and what it does. */
const points = [
  {
    ...{ code: 'force', name: '压制力 Force', address: 'D100', data_type: 'uint16', scale: 0.1, unit: 'kN' },
    value: { sine: { middle: 620, amplitude: 240, period: '6s' } },
  },
  {
    ...{ code: 'slide_position', name: '滑块位置 Slide position', address: 'D102', data_type: 'float32' },
    ...{ precision: 1, unit: 'mm' },
    value: { sine: { middle: 150, amplitude: 149, period: '6s', phase: 0.5 } },
  },
  {
    ...{ code: 'oil_temperature', name: '油温 Oil temperature', address: 'D110', data_type: 'int16' },
    ...{ scale: 0.1, unit: '°C' },
    value: { sine: { middle: 46, amplitude: 4, period: '10m' } },
  },
  {
    ...{ code: 'strokes', name: '行程计数 Strokes', address: 'D200', data_type: 'uint32' },
    value: { counter: { start: 1_284_000, every: '6s' } },
  },
  {
    ...{ code: 'batch_size', name: '批量 Batch size', address: 'D300', data_type: 'uint16' },
    ...{ writable: true, valid_min: 1, valid_max: 5_000 },
    value: 1_200,
  },
  {
    ...{ code: 'recipe', name: '配方 Recipe', address: 'R50', data_type: 'string', length: 8 },
    value: { list: { values: ['BRACKET A4', 'HINGE B2'], every: '20m' } },
  },
  {
    ...{ code: 'running', name: '运行 Running', address: 'M10', data_type: 'bool' },
    value: { square: { low: false, high: true, period: '15m', duty: 0.95 } },
  },
  {
    ...{ code: 'guard_closed', name: '安全门关闭 Guard closed', address: 'X1F', data_type: 'bool' },
    value: { square: { low: false, high: true, period: '15m', duty: 0.96 } },
  },
  {
    ...{
      code: 'lubrication_low',
      name: '润滑不足报警 Lubrication low',
      address: 'D120.3',
      data_type: 'bool',
    },
    value: { square: { low: true, high: false, period: '30m', duty: 0.93 } },
  },
] as const;

/** A stamping press with a PLC of the series iQ-R. */
export const workshop: readonly WorkshopMachine[] = [
  {
    code,
    name: '冲压机 Stamping press 1',
    place: 3,
    device: { protocol: 'melsec', ...connection },
    endpoint: (port) => ({ ...{ protocol: 'melsec', port, device: code }, ...connection, points }),
    points: points.map(({ value: _, ...point }) => point),
  },
];
