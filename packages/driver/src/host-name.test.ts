import { describe, expect, it } from 'vitest';
import { plainHost } from './host-name.ts';
import { tcpEndpoint } from './tcp-endpoint.ts';

describe('the spelling of a host', () => {
  it.each([
    ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
    ...['localhost', 'LOCALHOST.', '::1', '0:0:0:0:0:0:0:1', '0', '0.0.0.0', '::'],
  ])('is one for all that reach this machine: %s', (host) => {
    expect(tcpEndpoint(host, 502, 'modbus_tcp').key).toBe('127.0.0.1:502');
  });

  it.each([
    ['PLC-1.Plant.', 'plc-1.plant'],
    ['plc_1', 'plc_1'],
    ['10.0.0.5', '10.0.0.5'],
    ['::ffff:a00:5', '10.0.0.5'],
    ['64:ff9b::10.0.0.5', '10.0.0.5'],
    ['FD00:0:0::7', 'fd00::7'],
    ['FE80::1%eth0', 'fe80::1%eth0'],
    ['泵.plant', '泵.plant'],
    ['', ''],
  ])('of %s is %s', (host, plain) => {
    expect(plainHost(host)).toBe(plain);
  });

  it.each(['a#.b', 'a@b', 'a?.b', 'a\\.b', 'a%2eb'])(
    'is what DNS is asked for, not the host of a URL: %s',
    (host) => {
      expect(plainHost(host)).toBe(host);
    },
  );

  it('has brackets in an endpoint with an IPv6 address', () => {
    expect(tcpEndpoint('fd00:0::7', 502, 'x')).toMatchObject({
      key: '[fd00::7]:502',
      tcp: { host: 'fd00::7', port: 502 },
    });
  });
});
