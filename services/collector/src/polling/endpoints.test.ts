import { endpointKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { groupOf } from '@holdfast/driver-modbus/link/testing/raw-requests.ts';
import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import type { DeviceLinks, LinkUse } from './device-links.ts';
import { Endpoints } from './endpoints.ts';
import { modbusOver, pollableModbus } from './testing/modbus-links.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

const tcp = (port: number, framing: 'mbap' | 'rtu' = 'mbap') =>
  pollableModbus(
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

  it('stay as they are when another task means something else by the same address, and tell them', async () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire(tcp(502), '7-1');
    const other = endpoints.acquire(tcp(502, 'rtu'), '7-1');
    expect(other).not.toBe(one);
    const request = { unitId: 1, table: 'coil', address: 0, quantity: 1, timeoutMs: 100 } as const;
    const reading = other.turn({}, { timeoutMs: 100 }, (link) => link.read(groupOf(request), 100));
    await expect(reading).rejects.toMatchObject({
      kind: 'connection',
      message: 'plc:502 cannot speak modbus_tcp and modbus_rtu_over_tcp',
    });
    endpoints.release(tcp(502, 'rtu'), other);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(0);
  });
});

/** Endpoints whose links are never used, with what they were made for. */
function endpointsAt(addresses: Readonly<Record<string, readonly string[]>>) {
  const uses: LinkUse[] = [];
  const { drivers } = modbusOver(() => new ScriptedBus(new FakeTime()));
  const links: DeviceLinks = {
    drivers,
    open: (_driver, _connection, use) => {
      uses.push(use);
      return { read: () => Promise.reject(new Error('unused')), disconnect: () => undefined };
    },
  };
  const lookUp = async (host: string) => addresses[host] ?? Promise.reject(new Error('no such name'));
  const endpoints = new Endpoints(links, { lookUp });
  const device = (host: string, site: object = {}) => deviceOf({ host, ...site });
  const locate = (...hosts: string[]) => endpoints.locate(hosts.map((host) => device(host)));
  const acquire = (host: string, site?: object) =>
    endpoints.acquire(pollableModbus(device(host, site)), '7-1');
  const release = (host: string, endpoint: ReturnType<typeof acquire>) =>
    endpoints.release(pollableModbus(device(host)), endpoint);
  const addressesOf = (...keys: string[]) => endpoints.addressesOf(keys);
  return { uses, locate, acquire, release, addressesOf };
}

describe('two names of one address', () => {
  it('are one endpoint, with one connection', async () => {
    const { uses, locate, acquire } = endpointsAt({
      plc: ['fd00::9', '10.0.0.6', '10.0.0.5'],
      'plc.plant': ['10.0.0.5'],
    });
    await locate('plc', 'plc.plant', '10.0.0.5');
    const one = acquire('plc');
    for (const host of ['PLC.', 'plc.plant', '10.0.0.5', '167772165', '::ffff:10.0.0.5']) {
      expect(acquire(host)).toBe(one);
    }
    expect(uses).toHaveLength(1);
  });

  it('are not connected to twice, even if an address is known only when it is connected to', async () => {
    const { uses, locate, acquire, release } = endpointsAt({});
    await locate('plc', 'plc.plant');
    const one = acquire('plc');
    acquire('plc.plant');
    acquire('10.0.0.5');
    const [plc, plant, address] = uses;
    expect(address?.refusal('10.0.0.5', 502)).toBeUndefined();
    expect(inEnglish(plc?.refusal('10.0.0.5', 502))).toContain('10.0.0.5:502 is in use here as 10.0.0.5:502');
    expect(plc?.refusal('::ffff:10.0.0.6', 502)).toBeUndefined();
    expect(inEnglish(plant?.refusal('10.0.0.6', 502))).toContain('10.0.0.6:502 is in use here as plc:502');
    expect(plant?.refusal('10.0.0.6', 503)).toBeUndefined();
    release('plc', one);
    expect(plant?.refusal('10.0.0.6', 502)).toBeUndefined();
  });

  it('keep their place while a session uses it, whatever DNS says meanwhile', async () => {
    const addresses: Record<string, string[]> = {};
    const { locate, acquire } = endpointsAt(addresses);
    await locate('plc');
    const one = acquire('plc');
    addresses.plc = ['10.0.0.5'];
    await locate('plc');
    expect(acquire('plc')).toBe(one);
  });
});

describe('the addresses of named endpoints', () => {
  it('are all that DNS has, and those that are connected to; without either there are none', async () => {
    const { acquire, addressesOf, uses } = endpointsAt({ plc: ['fd00::9', '::ffff:10.0.0.5'] });
    expect(await addressesOf('plc:502', 'unknown:502')).toEqual({
      'plc:502': ['10.0.0.5:502', '[fd00::9]:502'],
    });
    acquire('unknown');
    uses[0]?.refusal('10.0.0.7', 502);
    expect(await addressesOf('unknown:502', 'unknown:503')).toEqual({ 'unknown:502': ['10.0.0.7:502'] });
  });
});

describe('a device whose site has networks', () => {
  const site = { site_code: 'hall-1', site_networks: ['10.1.0.0/16'] };
  const outcome = (endpoint: ReturnType<ReturnType<typeof endpointsAt>['acquire']>) =>
    endpoint
      .turn({}, { timeoutMs: 100 }, (link) => link.read({} as never, 100))
      .catch(({ message }) => message);

  it('does not use the connection of another site to an address outside them', async () => {
    const { acquire, locate } = endpointsAt({ plc: ['10.2.0.5'], ours: ['10.1.0.5'] });
    await locate('plc', 'ours');
    const [plc, ours] = [acquire('plc'), acquire('ours')];
    expect(acquire('ours', site)).toBe(ours);
    for (const host of ['plc', '10.2.0.5']) {
      const refused = acquire(host, site);
      expect(refused).not.toBe(plc);
      expect(await outcome(refused)).toBe('10.2.0.5 is in none of the networks of site hall-1 (10.1.0.0/16)');
    }
    acquire('unknown');
    expect(await outcome(acquire('unknown', site))).toBe('the address of unknown is not known yet');
  });

  it('gets a link that knows the site', () => {
    const { acquire, uses } = endpointsAt({});
    acquire('10.2.0.7', site);
    expect(uses[0]?.site).toEqual({ code: 'hall-1', networks: ['10.1.0.0/16'] });
  });
});
