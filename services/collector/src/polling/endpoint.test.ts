import { FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { ReadFailure, type ReadRequest } from '../ports.ts';
import { Endpoint, Endpoints, NotPermitted } from './endpoint.ts';
import { ScriptedBus } from './testing/scripted-bus.ts';

const request = (address: number): ReadRequest => ({
  unitId: 1,
  table: 'holding_register',
  address,
  quantity: 1,
  timeoutMs: 100,
});
const allowed = () => true;

describe('an endpoint', () => {
  it('carries one request at a time, in the order of asking', async () => {
    const time = new FakeTime();
    const bus = new ScriptedBus(time);
    bus.reply = () => ({ afterMs: 30 });
    const endpoint = new Endpoint(bus);
    const reads = [3, 1, 2].map((address) => endpoint.read(request(address), allowed));
    expect((await time.until(Promise.all(reads))).map(({ values }) => values[0])).toEqual([3, 1, 2]);
    expect(bus.asked.map(({ atMs }) => atMs)).toEqual([0, 30, 60]);
  });

  it('goes on after a failure, which only the asker hears of', async () => {
    const time = new FakeTime();
    const bus = new ScriptedBus(time);
    bus.reply = ({ address }) => (address === 1 ? { afterMs: 5, failure: 'timeout' } : { afterMs: 5 });
    const endpoint = new Endpoint(bus);
    const outcomes = Promise.allSettled([1, 2].map((address) => endpoint.read(request(address), allowed)));
    const [failed, read] = await time.until(outcomes);
    expect(failed).toMatchObject({ status: 'rejected', reason: expect.any(ReadFailure) });
    expect(read).toMatchObject({ status: 'fulfilled' });
  });

  it('asks for the permission when the turn has come, not when the request was made', async () => {
    const time = new FakeTime();
    const bus = new ScriptedBus(time);
    bus.reply = () => ({ afterMs: 50 });
    const endpoint = new Endpoint(bus);
    let mayRead = true;
    const first = endpoint.read(request(1), () => mayRead);
    const second = endpoint.read(request(2), () => mayRead);
    await time.advance(10);
    mayRead = false;
    await time.until(first);
    await expect(time.until(second)).rejects.toBeInstanceOf(NotPermitted);
    expect(bus.asked).toHaveLength(1);
  });
});

describe('the endpoints in use', () => {
  function world() {
    const time = new FakeTime();
    const opened = new Map<string, ScriptedBus[]>();
    const endpoints = new Endpoints((host, port) => {
      const bus = new ScriptedBus(time);
      opened.set(`${host}:${port}`, [...(opened.get(`${host}:${port}`) ?? []), bus]);
      return bus;
    });
    return { endpoints, opened };
  }

  it('are shared by all who read over them, and closed with the last one', () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire('plc', 502);
    expect(endpoints.acquire('plc', 502)).toBe(one);
    expect(endpoints.acquire('plc', 503)).not.toBe(one);
    endpoints.release('plc', 502);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(0);
    endpoints.release('plc', 502);
    expect(opened.get('plc:502')?.[0]?.disconnects).toBe(1);
    expect(opened.get('plc:503')?.[0]?.disconnects).toBe(0);
    // Whoever comes later gets a bus of its own.
    expect(endpoints.acquire('plc', 502)).not.toBe(one);
    endpoints.release('nobody', 1);
  });

  it('are all disconnected at once, and can be used again', () => {
    const { endpoints, opened } = world();
    const one = endpoints.acquire('plc', 502);
    endpoints.acquire('plc', 503);
    endpoints.disconnectAll();
    expect([...opened.values()].flat().map(({ disconnects }) => disconnects)).toEqual([1, 1]);
    expect(endpoints.acquire('plc', 502)).toBe(one);
  });
});
