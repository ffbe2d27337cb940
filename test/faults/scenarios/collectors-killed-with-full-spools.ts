import { eventually } from '../../support/eventually.ts';
import { judge } from '../../world/judge.ts';
import { settled } from '../settled.ts';
import { startWorld } from '../world.ts';
import type { Scenario } from './scenario.ts';
import { startAll } from './start-all.ts';

/** A lease that outlasts the filling of a spool without the broker, so that devices are asked all the while. */
const lease = { LEASE_TTL_MS: '60000', LEASE_RENEW_MS: '1000', LEASE_MARGIN_MS: '1000' } as const;
const smallSpool = { SAMPLE_BUFFER_MAX: '200', SPOOL_MAX_BYTES: String(1024 ** 2) } as const;

/**
 * The broker is killed until every collector has more samples than its spool holds; then all collectors are killed
 * with -9 and all come back. What had been lost before must be a gap with its cause, and the rest must be there.
 */
export const collectorsKilledWithFullSpools: Scenario = {
  name: 'collectors-killed-with-full-spools',
  run: async ({ folder, simulator, say }) => {
    const world = await startWorld({
      ...{ folder, simulator, say, lease, settings: smallSpool },
      tasks: 6,
      devicesPerTask: 4,
      periodsMs: [20, 25],
      steadyTasks: 6,
    });
    await startAll(world);
    const collectors = world.shape.collectors.map((id) => world.service(id));
    const marks = collectors.map((collector) => collector.mark());
    say('kill -9 of nats');
    await world.nats.kill();
    for (const [index, collector] of collectors.entries()) {
      await eventually(() => collector.saidSince(marks[index] ?? 0, /the sample buffer is full/), {
        what: `${collector.id} to have a full spool`,
        timeoutMs: 55_000,
        intervalMs: 50,
      });
    }
    say('every spool is full; kill -9 of all collectors');
    for (const collector of collectors) await collector.kill();
    await world.nats.restart();
    for (const collector of collectors) await collector.start();
    say('healing');
    await world.heal();
    const failures = await settled(world);
    for (const [index, collector] of collectors.entries()) {
      if (!collector.saidSince(marks[index] ?? 0, /an earlier process left samples in the spool/)) {
        failures.push(`${collector.id} found nothing in its spool`);
      }
    }
    const { verdict } = await judge(world, [], { events: 12, sessions: 6, ticks: 10_000, handOvers: 0 });
    if ((verdict.ticks.gaps.buffer_full ?? 0) === 0) failures.push('no gap says that a spool was full');
    await world.stop();
    return {
      faults: { 'nats-kill': 1, 'collector-kill-with-full-spool': collectors.length },
      failures,
      verdict,
    };
  },
};
