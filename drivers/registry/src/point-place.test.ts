import { addressField, type PlaceForms, pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { expect, it } from 'vitest';
import { forms } from './bodies.ts';

const formOf = (protocol: string) =>
  forms().find((each) => each.protocol === protocol) as unknown as PlaceForms;

it.each([
  [
    'modbus_tcp',
    { table: 'holding_register', address: 0, byte_order: 'ABCD', bit: null },
    'Holding register 0',
  ],
  [
    'modbus_tcp',
    { table: 'input_register', address: 18, byte_order: 'CDAB', byte: 'high' },
    'Input register 18, Byte order CDAB: words swapped, Byte high',
  ],
  ['melsec', { address: 'D100', length: null, encoding: null }, 'D100'],
  ['melsec', { address: 'R50', length: 10, encoding: 'gbk' }, 'R50, Length 10, Encoding GBK'],
  ['mqtt', { topic: 'hall/meter-4#/power', time_at: '/ts' }, 'hall/meter-4#/power, Time at /ts'],
])('a point of %s lies where its form says: %j', (protocol, point, words) => {
  const { address, more } = pointPlace(formOf(protocol), { code: 'x', data_type: 'bool', ...point }, 'en');
  expect([address, ...more].join(', ')).toBe(words);
});

it('the place of a point is named in Chinese, too', () => {
  const point = { table: 'coil', address: 7, bit: 3 };
  expect(pointPlace(formOf('modbus_rtu'), point, 'zh')).toEqual({ address: '线圈 7', more: ['位 3'] });
});

it('every protocol has a field for the address', () => {
  for (const { protocol } of forms()) {
    const field = addressField(formOf(protocol));
    expect(formOf(protocol).point.properties[String(field)], protocol).toBeDefined();
  }
});
