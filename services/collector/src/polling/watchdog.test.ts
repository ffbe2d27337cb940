import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { describe, expect, it } from 'vitest';
import { PolledWorld } from './testing/polled-world.ts';
import { watchPolling } from './watchdog.ts';

function watchedWorld() {
  const world = new PolledWorld();
  const results = world.poll(deviceOf());
  const problems: string[] = [];
  const [poller] = world.pollers;
  if (!poller) throw new Error('nothing polls');
  const stopWatch = watchPolling(
    () => [{ poller, endpoint: world.endpoint, onStall: (problem) => problems.push(problem) }],
    world.process.timers,
  );
  return { world, results, problems, poller, stopWatch };
}

describe('a device of which nothing is heard', () => {
  it('because its bus never ends a request gets a new bus, and every tick has its result', async () => {
    const { world, results, problems, stopWatch } = watchedWorld();
    await world.time.advance(5_500);
    let isStuck = true;
    world.bus.reply = () => ({ afterMs: isStuck ? 10_000_000 : 1 });
    await world.time.advance(6_000);
    isStuck = false;
    // The scripted bus allows one request at a time, and the new request goes over another bus.
    world.bus.forget();
    await world.time.advance(20_000);
    stopWatch();
    await world.stop();
    expect(problems).toEqual([expect.stringContaining('did not end in its time')]);
    const ticks = results.map(({ tick }) => tick);
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
    expect(results.at(-1)?.miss).toBeUndefined();
    expect(results.filter(({ miss }) => miss !== undefined).map(({ miss }) => miss?.cause)).toContain(
      'timeout',
    );
  });

  it('although its endpoint is idle is polled again', async () => {
    const { world, results, problems, poller, stopWatch } = watchedWorld();
    await world.time.advance(5_500);
    // As if the poller's loop had been lost: it waits for a turn that never comes.
    const { endpoint } = world;
    const turn = endpoint.turn.bind(endpoint);
    endpoint.turn = () => new Promise(() => undefined);
    await world.time.advance(10_000);
    endpoint.turn = turn;
    await world.time.advance(130_000);
    stopWatch();
    expect(problems).toEqual([expect.stringContaining('polling is started anew')]);
    expect(results.at(-1)?.miss).toBeUndefined();
    expect(poller.silentMs()).toBeLessThan(2_000);
    const ticks = results.map(({ tick }) => tick);
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
    await poller.stop();
  });

  it('because the whole process stood still is left alone', async () => {
    const { world, problems, stopWatch } = watchedWorld();
    await world.time.advance(5_500);
    world.process.stop();
    await world.time.advance(600_000);
    world.process.continue();
    await world.time.advance(20_000);
    stopWatch();
    await world.stop();
    expect(problems).toEqual([]);
  });

  it('because it is read once an hour is left alone', async () => {
    const world = new PolledWorld();
    world.poll(deviceOf(), { taskPeriodMs: 3_600_000 });
    const problems: string[] = [];
    const [poller] = world.pollers;
    if (!poller) throw new Error('nothing polls');
    const stopWatch = watchPolling(
      () => [{ poller, endpoint: world.endpoint, onStall: (problem) => problems.push(problem) }],
      world.process.timers,
    );
    await world.time.advance(3 * 3_600_000);
    stopWatch();
    await world.stop();
    expect(problems).toEqual([]);
  });
});

it('an unforeseen error is reported, and polling goes on', async () => {
  const world = new PolledWorld();
  let isWrong = true;
  world.bus.reply = () => {
    if (isWrong) throw new Error('a bug');
    return { afterMs: 1 };
  };
  const results = world.poll(deviceOf());
  await world.time.advance(500);
  isWrong = false;
  world.bus.forget();
  await world.time.advance(3_000);
  await world.stop();
  expect(world.faults).toEqual([new Error('a bug')]);
  expect(results.map(({ miss }) => miss?.cause)).toEqual(['overrun', undefined, undefined, undefined]);
});
