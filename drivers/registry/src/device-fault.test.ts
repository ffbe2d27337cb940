import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { deviceFault } from './device-fault.ts';

const press = modbusDevice({ id: '1', code: 'press', host: 'h', points: [{ code: 'a', address: 0 }] });
const [point] = press.points;
if (!point) throw new Error('no point');
const withAddress = (address: unknown) => ({ ...press, points: [{ ...point, address }] });

describe('a device of a snapshot', () => {
  it('is taken as its protocol has it', () => {
    expect(deviceFault(press)).toBeUndefined();
  });

  it.each([
    [
      'a protocol that there is not',
      { ...press, protocol: 's9' },
      'there is no protocol s9 here; known: modbus_tcp,',
    ],
    ['a mode that its protocol has not', { ...press, mode: 'subscribed' as const }, 'has no mode subscribed'],
    ['a connection of another protocol', { ...press, connection: { port: 'COM1' } }, 'connection.port: '],
    ['an address of another protocol', withAddress({ topic: 'hall/power' }), 'point a: address.address: '],
    ['an address that is none', withAddress('D100'), 'point a: address: '],
    ['an address without its table', withAddress({ address: 5 }), 'point a: table: is required'],
    ['an address beyond the last', withAddress({ table: 'coil', address: 70_000 }), 'point a: address: '],
  ])('is refused for %s, in words', (_what, device, words) => {
    expect(inEnglish(deviceFault(device))).toContain(`device press`);
    expect(inEnglish(deviceFault(device))).toContain(words);
  });
});
