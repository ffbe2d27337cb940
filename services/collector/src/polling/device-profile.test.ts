import type { DeviceProfile } from '@holdfast/driver-modbus/layout/connection.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { PolledWorld } from './testing/polled-world.ts';

const device = (profile: Partial<DeviceProfile>, rest: Parameters<typeof deviceOf>[0] = {}) =>
  deviceOf({
    points: [pointOf('a', 0), pointOf('b', 10)],
    profile: {
      busy_retries: 2,
      request_pause_ms: 0,
      connect_pause_ms: 0,
      close_after_read: false,
      single_connection: false,
      accept_unit_zero: false,
      max_hole: 0,
      excluded: [],
      ...profile,
    },
    ...rest,
  });

describe('a device that', () => {
  it('is busy is asked again within the tick, after pauses that grow', async () => {
    const world = new PolledWorld();
    let busy = 2;
    world.bus.reply = () => {
      busy -= 1;
      return busy >= 0 ? { afterMs: 1, failure: 'exception', exceptionCode: 6 } : { afterMs: 1 };
    };
    const results = world.poll(device({ busy_retries: 3 }));
    await world.time.advance(500);
    await world.stop();
    expect(world.requestsTo().map(([atMs]) => atMs)).toEqual([0, 51, 152, 153]);
    expect(results[0]).toMatchObject({ miss: undefined, readCount: 2 });
  });

  it('stays busy has an exception in that tick', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === 0 ? { afterMs: 1, failure: 'exception', exceptionCode: 6 } : { afterMs: 1 };
    const results = world.poll(device({ busy_retries: 1 }));
    await world.time.advance(500);
    await world.stop();
    expect(world.requestsTo().map(([, what]) => what)).toEqual(['0+1', '0+1', '10+1']);
    expect(results[0]).toMatchObject({ miss: { cause: 'exception' }, readCount: 1 });
  });

  it('wants a pause between requests gets it', async () => {
    const world = new PolledWorld();
    world.poll(device({ request_pause_ms: 30 }));
    await world.time.advance(500);
    await world.stop();
    expect(world.requestsTo().map(([atMs]) => atMs)).toEqual([0, 30]);
  });

  it.each([
    ['modbus_tcp', [0, 1]],
    ['modbus_rtu_over_tcp', [0, 31]],
    ['modbus_rtu', [0, 31]],
  ] as const)(
    'wants a pause over %s leaves units next to it or the whole line in peace',
    async (protocol, at) => {
      const world = new PolledWorld();
      world.bus.reply = () => ({ afterMs: 1 });
      const line = { path: '/dev/ttyUSB0', baud_rate: 9600, parity: 'even', stop_bits: 1 } as const;
      const serial = protocol === 'modbus_rtu' ? { serial: line } : {};
      const own = { protocol, ...serial, points: [pointOf('only', 0)] };
      world.poll(device({ request_pause_ms: 30 }, own));
      world.poll(device({}, { ...own, id: 'd2', unit_id: 2 }));
      await world.time.advance(500);
      await world.stop();
      expect(world.bus.requests.map(({ atMs }) => atMs)).toEqual(at);
    },
  );

  it('wants its connection closed gets that after each tick', async () => {
    const world = new PolledWorld();
    world.poll(device({ close_after_read: true }));
    await world.time.advance(2_500);
    expect(world.bus.disconnects).toBe(3);
    await world.stop();
  });

  it('has other wishes is asked with them', async () => {
    const world = new PolledWorld();
    world.poll(device({ accept_unit_zero: true, connect_pause_ms: 100, single_connection: true }));
    await world.time.advance(500);
    await world.stop();
    expect(world.bus.requests[0]?.request).toMatchObject({
      acceptUnitZero: true,
      connectPauseMs: 100,
      singleConnection: true,
    });
  });
});

describe('a device that gives no answer to one of its blocks', () => {
  it.each([
    ['the first', 0],
    ['a later one', 10],
  ])('is read for the others, and asked for %s now and then', async (_which, silentAddress) => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === silentAddress ? { afterMs: 200, failure: 'timeout' } : { afterMs: 5 };
    const results = world.poll(device({}));
    await world.time.advance(60_500);
    const requests = world.bus.requests.filter(({ request }) => request.address === silentAddress);
    expect(requests.length).toBeLessThan(14);
    expect(requests.length).toBeGreaterThan(7);
    // The first tick may be needed to find out that the device is not silent as a whole.
    for (const { readCount, miss } of results.slice(1)) {
      expect([readCount, miss?.cause]).toEqual([1, 'timeout']);
    }
    expect(inEnglish(results.at(-1)?.miss?.detail)).toMatch(/^not asked, next try in .* holding_register/);
    world.bus.reply = () => ({ afterMs: 5 });
    await world.time.advance(12_000);
    await world.stop();
    expect(results.at(-1)).toMatchObject({ readCount: 2, miss: undefined });
  });

  it('and then to none is not asked on in that tick', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === 0 ? { afterMs: 5 } : { afterMs: 200, failure: 'timeout' };
    const points = [0, 10, 20, 30].map((address) => pointOf(`r${address}`, address));
    const results = world.poll({ ...device({}), points });
    await world.time.advance(900);
    await world.stop();
    expect(world.requestsTo().map(([, what]) => what)).toEqual(['0+1', '10+1', '20+1']);
    expect(results[0]).toMatchObject({ readCount: 1, miss: { cause: 'timeout' } });
  });
});

describe('a tick that breaks off', () => {
  it('keeps what was read before, and says why the rest is missing', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === 10 ? { afterMs: 5, failure: 'connection' } : { afterMs: 5 };
    const results = world.poll(device({}));
    await world.time.advance(500);
    await world.stop();
    expect(results[0]).toMatchObject({ readCount: 1, miss: { cause: 'connection' }, wasAsked: true });
    expect({ ...results[0]?.values }).toEqual({ a: 0 });
  });

  it('tells whoever watches of each request and of each tick once', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) => (address === 10 ? { afterMs: 5, failure: 'timeout' } : { afterMs: 7 });
    world.poll(device({}), { phaseMs: 3 });
    await world.time.advance(500);
    await world.stop();
    expect(world.reads).toEqual([
      { roundTripMs: 7, outcome: 'ok' },
      { roundTripMs: 5, outcome: 'timeout' },
    ]);
    expect(world.ticks).toEqual([{ values: 1, missCause: 'timeout', latenessMs: undefined, ticks: 1 }]);
    expect(world.pollers[0]?.record.report()).toMatchObject({
      requests: 2,
      failures: { timeout: 1, connection: 0, exception: 0 },
    });
  });
});
