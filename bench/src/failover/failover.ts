import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkContext, FlagValues, Measurement } from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import type { StoredSample } from '../fleet/follow-samples.ts';
import { type AssignedAt, leaseOf, MeasuredFleet } from '../fleet/measured-fleet.ts';
import { until } from '../fleet/until.ts';
import { SeededRandom } from '../seeded-random.ts';

const flags = {
  'ttl-ms': { meaning: 'LEASE_TTL_MS of all services', byDefault: 10_000, atLeast: 1_000 },
  kills: {
    meaning: 'collectors that are killed, and as many that are restarted at once',
    byDefault: 20,
    atLeast: 1,
  },
  sessions: { meaning: 'sessions that are read all the time', byDefault: 12, atLeast: 1 },
} as const;

const collectorIds = ['c1', 'c2', 'c3'];
/** Short, so that what is measured is the taking over and not the wait for the next tick. */
const periodMs = 200;
const allowedMs = 2_000;
const seed = 20_251_107;

export const failover: Benchmark<typeof flags> = {
  name: 'failover',
  summary: 'a collector is killed: until another one reads its sessions, or itself after a restart',
  description: [
    'Kills the collector with the most sessions again and again, at any time between two renewals of its lease, and',
    'takes from SAMPLES when the broker stored the first sample of each of its sessions that another collector read.',
    `The limit is the lease and ${allowedMs} ms. Then does the same with a collector that is started again at once; there`,
    `the limit is ${allowedMs} ms from the start of the process.`,
    'ratio: the smaller one of limit / p99 of both; from 1 on they are kept.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { kills, sessions } = values;
  const ttlMs = values['ttl-ms'];
  const { progress } = context;
  const fleet = await MeasuredFleet.start(context, leaseOf(ttlMs));
  await fleet.startSupervisor();
  for (const id of collectorIds) await fleet.startCollector(id);
  for (const id of collectorIds) await fleet.holdsLease(id);
  progress(`starting ${sessions} sessions`);
  await fleet.startSessions(sessions, periodMs);

  const random = new SeededRandom(seed);
  const takeOvers: TakenOver[] = [];
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(random.below(ttlMs / 5));
    const victim = fleet.busiest();
    const held = fleet.samples.readBy(victim);
    const killedAtMs = Date.now();
    await fleet.end(fleet.collector(victim), 'kill');
    const firsts = await firstSamples(fleet, held, killedAtMs, (sample) => sample.collector !== victim);
    for (const first of firsts) takeOvers.push({ victim, killedAtMs, first });
    await fleet.startCollector(victim);
    await fleet.holdsLease(victim);
    const slowest = Math.max(...firsts.map(({ storedAtMs }) => storedAtMs - killedAtMs));
    progress(
      `kill ${kill} of ${kills}: ${held.length} sessions read elsewhere after ${Math.round(slowest)} ms`,
    );
  }

  const restarted: number[] = [];
  const restartedFirst: number[] = [];
  let failedOver = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(random.below(ttlMs / 5));
    const victim = fleet.busiest();
    const held = fleet.samples.readBy(victim);
    await fleet.end(fleet.collector(victim), 'kill');
    const { startedAtMs } = await fleet.startCollector(victim);
    const firsts = await firstSamples(fleet, held, startedAtMs, ({ readAtMs }) => readAtMs >= startedAtMs);
    // A collector that is not back within its lease loses its sessions: their time counts all the same.
    failedOver += firsts.filter(({ collector }) => collector !== victim).length;
    const times = firsts.map(({ storedAtMs }) => storedAtMs - startedAtMs);
    restarted.push(...times);
    restartedFirst.push(Math.min(...times));
    await fleet.holdsLease(victim);
    progress(
      `restart ${kill} of ${kills}: ${held.length} sessions read again after ${Math.round(Math.max(...times))} ms`,
    );
  }
  fleet.check();

  const steps = stepsOf(takeOvers, await fleet.assignments());
  const failovers = distributionOf(takeOvers.map(({ killedAtMs, first }) => first.storedAtMs - killedAtMs));
  const restarts = distributionOf(restarted);
  const limitMs = ttlMs + allowedMs;
  const ratio = Math.min(limitMs / failovers.p99, allowedMs / restarts.p99);
  return {
    ratio: Math.round(ratio * 1_000) / 1_000,
    figures: {
      lease_ttl_ms: ttlMs,
      kills,
      failovers_measured: failovers.count,
      ...asFigures('failover', 'ms', failovers),
      ...asFigures('kill_to_assigned', 'ms', distributionOf(steps.map(({ assignedMs }) => assignedMs))),
      ...asFigures('assigned_to_sample', 'ms', distributionOf(steps.map(({ readMs }) => readMs))),
      restarts_measured: restarts.count,
      restarts_that_ended_as_failover: failedOver,
      ...asFigures('restart', 'ms', restarts),
      ...asFigures('restart_first_session', 'ms', distributionOf(restartedFirst)),
    },
    limit: { failover_p99_ms: limitMs, restart_p99_ms: allowedMs },
    servers: { nats_server: fleet.nc.info?.version ?? 'unknown' },
  };
}

interface TakenOver {
  readonly victim: string;
  readonly killedAtMs: number;
  /** The first sample that the new holder read. */
  readonly first: StoredSample;
}

async function firstSamples(
  fleet: MeasuredFleet,
  sessions: readonly string[],
  sinceMs: number,
  fits: (sample: StoredSample) => boolean,
): Promise<StoredSample[]> {
  const first = (session: string) => fleet.samples.firstSince(session, sinceMs, fits);
  await until('the sessions to be read again', () => sessions.every(first), fleet.check);
  return sessions.map(first).filter((sample) => sample !== undefined);
}

/** Splits the time of each failover: the supervisor's until it assigned, and the collector's after that. */
function stepsOf(
  takeOvers: readonly TakenOver[],
  assignments: readonly AssignedAt[],
): { assignedMs: number; readMs: number }[] {
  const byEpoch = new Map(assignments.map((assigned) => [assigned.epoch, assigned]));
  return takeOvers.flatMap(({ killedAtMs, first }) => {
    const assigned = byEpoch.get(first.epoch);
    if (!assigned) return [];
    const { storedAtMs } = assigned;
    return [{ assignedMs: storedAtMs - killedAtMs, readMs: first.storedAtMs - storedAtMs }];
  });
}
