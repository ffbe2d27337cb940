import { ReadFailure } from '@holdfast/driver-modbus/link/read-failure.ts';
import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { phaseMs } from '../samples/schedule.ts';
import { Endpoints } from './endpoints.ts';
import { SessionRunner } from './session-runner.ts';
import { modbusOver } from './testing/modbus-links.ts';
import { PolledWorld } from './testing/polled-world.ts';
import type { TickCopy } from './testing/tick-copy.ts';

const unit = (unitId: number) =>
  deviceOf({ id: `d${unitId}`, code: `unit-${unitId}`, unit_id: unitId, timeout_ms: 800 });
const good = (results: readonly TickCopy[]) => results.filter(({ miss }) => miss === undefined).length;

describe('a dead unit on a shared line', () => {
  it('costs the others one timeout for each of its probes, and has a miss for each of its ticks', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ unitId }) => (unitId === 2 ? { afterMs: 800, failure: 'timeout' } : { afterMs: 5 });
    const results = [1, 2, 3].map((unitId) => world.poll(unit(unitId), { phaseMs: unitId }));
    await world.time.advance(120_500);
    await world.stop();
    const dead = results[1] ?? [];
    expect(dead.map(({ tick }) => tick - (dead[0]?.tick ?? 0))).toEqual(dead.map((_, index) => index));
    expect(new Set(dead.map(({ miss }) => miss?.cause))).toEqual(new Set(['timeout']));
    expect(inEnglish(dead[10]?.miss?.detail)).toMatch(
      /^not asked, next try in [0-9.]+ s after: unit-2 unit 2 /,
    );
    // About one probe every ten seconds, and the others lose not one tick.
    const probes = world.requestsTo(2).filter(([atMs]) => atMs > 20_000);
    expect(probes.length).toBeLessThanOrEqual(11);
    expect(probes.length).toBeGreaterThanOrEqual(8);
    for (const living of [results[0], results[2]]) expect(good(living ?? [])).toBe(121);
  });

  it('is read at its period again soon after it has come back', async () => {
    const world = new PolledWorld();
    let isDead = true;
    world.bus.reply = ({ unitId }) =>
      unitId === 2 && isDead ? { afterMs: 800, failure: 'timeout' } : { afterMs: 5 };
    const [, dead] = [1, 2].map((unitId) => world.poll(unit(unitId), { phaseMs: unitId }));
    await world.time.advance(60_500);
    isDead = false;
    await world.time.advance(15_000);
    await world.stop();
    expect(dead?.slice(-3).map(({ miss }) => miss)).toEqual([undefined, undefined, undefined]);
  });

  it('is one of many: all of them together take a tenth of the time, whatever their number', async () => {
    const world = new PolledWorld();
    const isDead = (unitId: number) => unitId > 10;
    world.bus.reply = ({ unitId }) =>
      isDead(unitId) ? { afterMs: 800, failure: 'timeout' } : { afterMs: 5 };
    const units = Array.from({ length: 20 }, (_, index) => index + 1);
    const results = units.map((unitId) => world.poll(unit(unitId), { phaseMs: unitId * 10 }));
    await world.time.advance(60_000);
    const before = results.slice(0, 10).map(good);
    // Finding the dead units took one timeout each, 8 s of the minute.
    for (const count of before) expect(count).toBeGreaterThanOrEqual(50);
    await world.time.advance(300_000);
    await world.stop();
    const probes = world.bus.requests.filter(({ atMs, request }) => atMs > 60_000 && isDead(request.unitId));
    expect(probes.length * 800).toBeLessThanOrEqual(0.11 * 300_000);
    // No dead unit is forgotten.
    expect(new Set(probes.map(({ request }) => request.unitId)).size).toBe(10);
    for (const [index, living] of results.slice(0, 10).entries()) {
      expect(good(living) - (before[index] ?? 0)).toBeGreaterThanOrEqual(299);
    }
  });
});

describe('many units of which some never answer', () => {
  it('are found out about while those that have answered keep their period from their first reading on', async () => {
    const world = new PolledWorld();
    const isDead = (unitId: number) => unitId % 10 === 3;
    world.bus.reply = ({ unitId }) =>
      isDead(unitId) ? { afterMs: 300, failure: 'timeout' } : { afterMs: 2 };
    const results = Array.from({ length: 100 }, (_, unitId) => {
      const id = `device-${unitId}`;
      const device = deviceOf({ id, unit_id: unitId, timeout_ms: 300, points: [pointOf('a', 0)] });
      return { unitId, ticks: world.poll(device, { phaseMs: phaseMs(id, 1_000, 0.5) }) };
    });
    await world.time.advance(10_000);
    await world.stop();
    for (const { ticks } of results.filter(({ unitId }) => !isDead(unitId))) {
      const first = ticks.findIndex(({ miss }) => !miss);
      expect(ticks.slice(first).filter(({ miss }) => miss)).toEqual([]);
      // Ten timeouts of 300 ms are spent before the last one is known.
      expect(first).toBeLessThanOrEqual(4);
      expect(first).toBeGreaterThanOrEqual(0);
    }
    for (const unitId of [3, 13, 93]) expect(world.requestsTo(unitId).length).toBeGreaterThanOrEqual(1);
  });
});

describe('many units of which neighbours never answer, all asked at once', () => {
  it('are tried far apart: those that answer do not wait for all of the dead to be found out', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ unitId }) => (unitId < 10 ? { afterMs: 300, failure: 'timeout' } : { afterMs: 1 });
    await world.time.advance(500);
    const results = Array.from({ length: 100 }, (_, unitId) =>
      world.poll(deviceOf({ id: `d${unitId}`, unit_id: unitId, timeout_ms: 300 })),
    );
    await world.time.advance(10_000);
    await world.stop();
    const misses = results.slice(10).map((ticks) => ticks.filter(({ miss }) => miss).length);
    // One after the other would cost each unit three misses, 270 in all, for three seconds of timeouts.
    expect(misses.reduce((sum, missed) => sum + missed, 0)).toBeLessThan(135);
    for (let unitId = 0; unitId < 10; unitId += 1) expect(world.requestsTo(unitId).length).toBeGreaterThan(0);
  });

  it('have each their turn, however many of the others fail', async () => {
    const world = new PolledWorld();
    const order: number[] = [];
    const fail = (n: number) =>
      world.endpoint.turn({}, { timeoutMs: 300, isPatient: true }, () => {
        order.push(n);
        return Promise.reject(new ReadFailure('timeout', quoted('on purpose')));
      });
    const again = async (n: number): Promise<void> => {
      if (order.length < 20) await fail(n).catch(() => again(n));
    };
    await world.time.until(Promise.all([1, 2, 3, 4, 5].map(again)));
    expect(new Set(order.slice(0, 20))).toEqual(new Set([1, 2, 3, 4, 5]));
  });
});

describe('many units of which some never answer, read by the second collector', () => {
  const isDead = (unitId: number) => unitId % 10 === 3;
  const devices = Array.from({ length: 100 }, (_, unitId) =>
    deviceOf({ id: `device-${unitId}`, code: `unit-${unitId}`, unit_id: unitId, timeout_ms: 300 }),
  );
  const runFor10s = async (answering: ReadonlySet<string>, world = new PolledWorld()) => {
    world.bus.reply = ({ unitId }) =>
      isDead(unitId) ? { afterMs: 300, failure: 'timeout' } : { afterMs: 2 };
    const samples: OutgoingSample[] = [];
    const runner = new SessionRunner({
      ...{ sessionId: '7-1', epoch: 20, collectorId: 'A' },
      config: {
        ...{ schema_version: 3, task_id: '7', task_code: 'hall', task_name: '', config_version: 1 },
        ...{ period_ms: 1_000, devices },
      },
      endpoints: new Endpoints(
        modbusOver(() => world.bus),
        {
          clock: world.process.clock,
          timers: world.process.timers,
        },
      ),
      clock: world.clock,
      timers: world.process.timers,
      backoff: { firstMs: 1_000, maxMs: 10_000 },
      permission: () => true,
      jitter: () => 0,
      spread: 0.5,
      onSample: (sample) => samples.push(sample),
      onHealth: () => undefined,
    });
    runner.start(new Map(), answering);
    await world.time.advance(10_000);
    await world.time.until(runner.stop());
    return samples;
  };

  it('do not cost those a tick that answered the first one', async () => {
    const ids = devices.flatMap(({ id }, unitId) => (isDead(unitId) ? [] : [id]));
    const missesOf = (samples: readonly OutgoingSample[]) =>
      samples.filter(({ device_id, miss }) => miss && ids.includes(device_id)).length;
    expect(missesOf(await runFor10s(new Set(ids)))).toBe(0);
    // Without knowing of any answers: otherwise the test says nothing.
    expect(missesOf(await runFor10s(new Set()))).toBeGreaterThan(0);
  });

  it('cost one timeout before they are known if they have stopped to answer meanwhile', async () => {
    const world = new PolledWorld();
    await runFor10s(new Set(devices.map(({ id }) => id)), world);
    for (const unitId of [3, 13, 93]) {
      const times = world.requestsTo(unitId).map(([atMs]) => atMs);
      expect(times.length).toBeGreaterThanOrEqual(1);
      // The unit then pauses as one that is out of order.
      expect((times[1] ?? Number.POSITIVE_INFINITY) - (times[0] ?? 0)).toBeGreaterThan(1_000);
    }
  });
});

describe('a unit that answered a former collector and is silent now', () => {
  it('waits behind its neighbours again once it has failed, like any that has never answered', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ unitId }) => (unitId === 2 ? { afterMs: 300, failure: 'timeout' } : { afterMs: 50 });
    world.endpoint
      .breakers({ firstMs: 1_000, maxMs: 10_000 }, () => 0)
      .unit('2')
      .expectAnswers();
    for (const [unitId, phase] of [
      [1, 0],
      [2, 20],
      [3, 30],
      [4, 30],
    ] as const) {
      world.poll(unit(unitId), { phaseMs: phase });
    }
    const orderFrom = (fromMs: number) =>
      world.bus.requests.filter(({ atMs }) => atMs >= fromMs).map(({ request }) => request.unitId);
    await world.time.advance(1_500);
    // Nothing was known against unit 2.
    expect(orderFrom(0).slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(world.requestsTo(2)).toHaveLength(1);
    // An unknown unit has just had the one turn a second that goes before the others.
    world.poll(unit(5), { phaseMs: 400 });
    await world.time.advance(900);
    await world.stop();
    expect(orderFrom(2_000)).toEqual([1, 3, 4, 2]);
  });
});

describe('a gateway that is unavailable', () => {
  it('does not cost each of its units a connect timeout', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: 800, failure: 'timeout', wasSent: false });
    const units = Array.from({ length: 20 }, (_, index) => index + 1);
    const results = units.map((unitId) => world.poll(unit(unitId), { phaseMs: unitId }));
    await world.time.advance(60_500);
    // Three timeouts to find out, then one a pause: not one for each unit.
    expect(world.bus.requests.filter(({ atMs }) => atMs < 10_000).length).toBeLessThanOrEqual(8);
    expect(world.bus.requests.length).toBeLessThanOrEqual(14);
    for (const each of results) {
      expect(each.map(({ tick }) => tick - (each[0]?.tick ?? 0))).toEqual(each.map((_, index) => index));
      expect(each.length).toBeGreaterThanOrEqual(60);
      expect(good(each)).toBe(0);
    }
    world.bus.reply = () => ({ afterMs: 5 });
    await world.time.advance(12_000);
    await world.stop();
    for (const each of results) expect(each.at(-1)?.miss).toBeUndefined();
  });

  it('is asked again when a try has met an unknown error', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: 50, failure: 'timeout', wasSent: false });
    const results = world.poll(unit(1));
    await world.time.advance(3_500);
    const { bus } = world;
    const readOriginal = bus.read.bind(bus);
    bus.read = () => Promise.reject(new TypeError('on purpose'));
    await world.time.advance(4_000);
    expect(world.faults.length).toBeGreaterThan(0);
    bus.read = readOriginal;
    bus.reply = () => ({ afterMs: 5 });
    await world.time.advance(12_000);
    await world.stop();
    expect(results.at(-1)?.miss).toBeUndefined();
    expect(results.map(({ tick }) => tick - (results[0]?.tick ?? 0))).toEqual(results.map((_, i) => i));
  });

  it('says of units behind it that they do not answer, which is a failure of the unit, not of a point', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ unitId }) =>
      unitId === 2 ? { afterMs: 500, failure: 'exception', exceptionCode: 11 } : { afterMs: 5 };
    const far = { ...unit(2), points: [pointOf('speed', 10), pointOf('far', 500)] };
    const results = [world.poll(unit(1)), world.poll(far)];
    await world.time.advance(30_500);
    await world.stop();
    expect(good(results[0] ?? [])).toBe(31);
    // One request a tick, not one for each of its blocks.
    const perTick = Map.groupBy(world.requestsTo(2), ([atMs]) => Math.floor(atMs / 1_000));
    expect([...perTick.values()].every((requests) => requests.length === 1)).toBe(true);
    expect(world.requestsTo(2).length).toBeLessThanOrEqual(9);
  });
});

describe('more devices than an endpoint has time for', () => {
  it('are all read, by turns; ticks that come too late are left out as overruns, never queued up', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: 300 });
    const units = Array.from({ length: 10 }, (_, index) => index + 1);
    const results = units.map((unitId) => world.poll(unit(unitId)));
    await world.time.advance(60_000);
    await world.stop();
    for (const each of results) {
      expect(each.map(({ tick }) => tick - (each[0]?.tick ?? 0))).toEqual(each.map((_, index) => index));
      const causes = new Set(each.map(({ miss }) => miss?.cause));
      expect([...causes].filter((cause) => cause !== undefined && cause !== 'overrun')).toEqual([]);
      expect(good(each)).toBeGreaterThanOrEqual(18);
      // Each reading is done within its own period.
      for (const { latenessMs } of each) if (latenessMs !== undefined) expect(latenessMs).toBeLessThan(1_000);
    }
  });
});

describe('a device that is stopped while others keep its endpoint busy', () => {
  it('waits for its request in flight and for no turn after that', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => ({ afterMs: 700 });
    const twoBlocks = { ...unit(1), points: [pointOf('near', 10), pointOf('far', 500)] };
    world.poll(twoBlocks, { phaseMs: 0 });
    for (const unitId of [2, 3, 4, 5, 6]) world.poll(unit(unitId), { phaseMs: unitId });
    await world.time.advance(100);
    const [stopped] = world.pollers;
    const from = world.process.clock.monotonicMs();
    await world.time.until(stopped?.stop() ?? Promise.resolve());
    expect(world.process.clock.monotonicMs() - from).toBeLessThanOrEqual(700);
    await world.stop();
  });
});

describe('a point that is reported by exception', () => {
  it('is sent again after ticks in which its device was not asked because others on its endpoint were not reached', async () => {
    const world = new PolledWorld();
    let isAway = false;
    world.bus.reply = () => (isAway ? { afterMs: 50, failure: 'timeout', wasSent: false } : { afterMs: 5 });
    const report = { heartbeat_ms: 3_600_000 };
    const quiet = { ...unit(2), points: [{ ...pointOf('level', 10), report }] };
    world.poll(unit(1), { phaseMs: 1, taskPeriodMs: 100 });
    const results = world.poll(quiet, { phaseMs: 900, taskPeriodMs: 1_000 });
    await world.time.advance(2_950);
    isAway = true;
    await world.time.advance(2_000);
    isAway = false;
    await world.time.advance(15_000);
    await world.stop();
    const firstAfter = results.findLastIndex(({ miss }) => miss) + 1;
    expect(results[firstAfter - 1]?.wasAsked).toBe(false);
    expect(results.map(({ sentCount }) => sentCount)).toEqual(
      results.map((_, index) => (index === 0 || index === firstAfter ? 1 : 0)),
    );
  });
});
