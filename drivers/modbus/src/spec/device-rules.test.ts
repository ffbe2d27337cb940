import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { deviceProblems } from './device-rules.ts';

const device = { protocol: 'modbus_tcp', host: 'press-7.hall.example', unit_id: 1 } as const;
const fieldsOf = (changes: object) => deviceProblems({ ...device, ...changes }).map(({ field }) => field);

describe('the host of a device', () => {
  it.each(['10.0.0.1', 'press-7', '设备.example', 'fe80::1%eth0', '::1', '2001:db8::7'])(
    'may be %s',
    (host) => {
      expect(deviceProblems({ ...device, host })).toEqual([]);
    },
  );

  it.each([
    'http://10.0.0.1',
    'tcp://10.0.0.1:502',
    '10.0.0.1:502',
    'press-7:502',
    '10.0.0.1/24',
    '[::1]',
    '[::1]:502',
    '10.0.0.1 502',
  ])('is not %s: nothing is there by that name, and the operator hears why', (host) => {
    expect(inEnglish(deviceProblems({ ...device, host }))).toEqual([
      { field: 'host', message: expect.stringContaining('the port has a field of its own') },
    ]);
  });

  it('is needed for what is reached over a network, and is none of a serial line', () => {
    expect(fieldsOf({ host: '' })).toEqual(['host']);
    expect(fieldsOf({ protocol: 'modbus_rtu_over_tcp', host: '' })).toEqual(['host']);
    expect(fieldsOf({ protocol: 'modbus_rtu', serial: { path: '/dev/ttyS0' } })).toEqual(['host']);
    expect(fieldsOf({ protocol: 'modbus_rtu', host: '', serial: { path: '/dev/ttyS0' } })).toEqual([]);
  });
});

describe('a device', () => {
  it('has a serial line with modbus_rtu and with nothing else', () => {
    expect(fieldsOf({ protocol: 'modbus_rtu', host: '' })).toEqual(['serial']);
    expect(fieldsOf({ serial: { path: '/dev/ttyS0' } })).toEqual(['serial']);
  });

  it('may be unit 0 where it is alone', () => {
    expect(fieldsOf({ unit_id: 0 })).toEqual([]);
    expect(fieldsOf({ unit_id: 0, protocol: 'modbus_rtu_over_tcp' })).toEqual(['unit_id']);
  });

  it('is left some of its timeout by the pause after connecting', () => {
    const profile = { connect_pause_ms: 500 };
    expect(fieldsOf({ profile, timeout_ms: 500 })).toEqual(['profile']);
    expect(fieldsOf({ profile, timeout_ms: 501 })).toEqual([]);
  });
});
