import { endpointKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { groupOf } from '@holdfast/driver-modbus/link/testing/raw-requests.ts';
import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { Endpoints } from './endpoints.ts';
import { askedModbus, modbusOver } from './testing/modbus-links.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

const tcp = (port: number, framing: 'mbap' | 'rtu' = 'mbap') =>
  askedModbus(
    deviceOf({ host: 'plc', port, protocol: framing === 'rtu' ? 'modbus_rtu_over_tcp' : 'modbus_tcp' }),
  );

function world() {
  const time = new FakeTime();
  const opened = new Map<string, ScriptedBus[]>();
  const endpoints = new Endpoints(
    modbusOver((address) => {
      const bus = new ScriptedBus(time);
      const key = endpointKey(address);
      opened.set(key, [...(opened.get(key) ?? []), bus]);
      return bus;
    }),
  );
  return { endpoints, opened };
}

describe('the endpoints in use', () => {
  it('are shared by all who read over them, and closed with the last one', () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire(tcp(502), '7-1');
    expect(endpoints.acquire(tcp(502), '7-1')).toBe(one);
    const other = endpoints.acquire(tcp(503), '7-1');
    expect(other).not.toBe(one);
    endpoints.release(tcp(502), one);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(0);
    endpoints.release(tcp(502), one);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(1);
    expect(opened.get('plc:503')?.[0]?.disconnects).toBe(0);
    // A session that comes later gets a new bus.
    expect(endpoints.acquire(tcp(502), '7-1')).not.toBe(one);
    endpoints.release(tcp(1), other);
  });

  it('are all disconnected at once, and can be used again', () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire(tcp(502), '7-1');
    endpoints.acquire(tcp(503), '7-1');
    endpoints.disconnectAll();
    expect([...opened.values()].flat().map(({ disconnects }) => disconnects)).toEqual([1, 1]);
    expect(endpoints.acquire(tcp(502), '7-1')).toBe(one);
  });

  it('stay as they are when somebody else means something else by the same address, and tell them', async () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire(tcp(502), '7-1');
    const other = endpoints.acquire(tcp(502, 'rtu'), '7-1');
    expect(other).not.toBe(one);
    const request = { unitId: 1, table: 'coil', address: 0, quantity: 1, timeoutMs: 100 } as const;
    const read = other.turn({}, { timeoutMs: 100 }, (link) => link.read(groupOf(request), 100));
    await expect(read).rejects.toMatchObject({
      kind: 'connection',
      message: 'plc:502 cannot speak modbus_tcp and modbus_rtu_over_tcp',
    });
    endpoints.release(tcp(502, 'rtu'), other);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(0);
  });
});
