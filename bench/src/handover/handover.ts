import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { asFigures, distributionOf } from '../fleet/distribution.ts';
import { MeasuredFleet } from '../fleet/measured-fleet.ts';
import { until } from '../fleet/until.ts';
import { SeededRandom } from '../seeded-random.ts';
import { accountForTicks } from './account-for-ticks.ts';

const flags = {
  sessions: { meaning: 'sessions that are read once a second', byDefault: 200, atLeast: 4 },
  collectors: { meaning: 'collectors that hold them', byDefault: 3, atLeast: 2 },
  rounds: { meaning: 'rolling restarts of all collectors', byDefault: 3, atLeast: 1 },
} as const;

const periodMs = 1_000;
const seed = 20_251_108;

export const handover: Benchmark<typeof flags> = {
  name: 'handover',
  summary: 'sessions at 1 s period move to other collectors: by restarts and by rebalancing',
  description: [
    'Ends each collector in turn with SIGTERM, at any moment of the second, and starts it again once its sessions are',
    'read elsewhere; then lets a supervisor that rebalances move sessions to the one that came last. From SAMPLES:',
    'which ticks no holder read, and how late the first ticks were that a new holder read.',
    'ratio: ticks that were read, over those between the first and the last one of each session. It has to be 1.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { sessions: count, collectors, rounds }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const { progress } = context;
  const fleet = await MeasuredFleet.start(context, {});
  // The supervisor waits a minute before it moves anything for balance, as it does in a plant.
  const patient = await fleet.startSupervisor();
  const ids = Array.from({ length: collectors }, (_, index) => `c${index + 1}`);
  for (const id of ids) await fleet.startCollector(id);
  for (const id of ids) await fleet.holdsLease(id);
  progress(`starting ${count} sessions`);
  const sessions = await fleet.startSessions(count, periodMs);

  const random = new SeededRandom(seed);
  const before = (await fleet.assignments()).length;
  const drains: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const id of ids) {
      await sleep(random.below(periodMs));
      const held = fleet.samples.readBy(id);
      const askedAtMs = Date.now();
      await fleet.end(fleet.collector(id), 'stop');
      drains.push(Date.now() - askedAtMs);
      await until(
        `the sessions of ${id} to be read elsewhere`,
        () => held.every((session) => fleet.samples.last(session)?.collector !== id),
        fleet.check,
      );
      await fleet.startCollector(id);
      await fleet.holdsLease(id);
      progress(`round ${round} of ${rounds}: ${id} drained ${held.length} sessions and is back`);
    }
  }
  const restarts = (await fleet.assignments()).length - before;

  const last = ids.at(-1) ?? '';
  const share = Math.floor(count / collectors) - 1;
  progress(`rebalancing until ${last} reads ${share} sessions`);
  await fleet.startSupervisor({ REBALANCE_MIN_HOLD_MS: '0', REBALANCE_SETTLE_MS: '1000' });
  await fleet.end(patient, 'stop');
  await until('the balance', () => fleet.samples.readBy(last).length >= share, fleet.check);
  await sleep(2 * periodMs);
  fleet.check();

  const assignments = await fleet.assignments();
  const rebalanced = assignments.filter(({ reason }) => reason === 'rebalance').length;
  if (restarts === 0 || rebalanced === 0) throw new InvalidMeasurement('no session was moved');
  const accounts = sessions.map((session) => accountForTicks(fleet.samples.sessions().get(session) ?? []));
  const total = (what: 'expected' | 'read' | 'missed' | 'readTwice') =>
    accounts.reduce((sum, account) => sum + account[what], 0);
  const ordinary = distributionOf(accounts.flatMap(({ ordinaryLatenessMs }) => ordinaryLatenessMs));
  const first = distributionOf(accounts.flatMap(({ handOverLatenessMs }) => handOverLatenessMs));
  return {
    ratio: Math.floor((total('read') / total('expected')) * 1e6) / 1e6,
    figures: {
      sessions: count,
      collectors,
      rolling_restarts: rounds,
      moves_by_restarts: restarts,
      moves_per_session_and_rolling_restart: Math.round((restarts / count / rounds) * 100) / 100,
      moves_by_rebalancing: rebalanced,
      handovers_seen: first.count,
      ticks_expected: total('expected'),
      ticks_read: total('read'),
      ticks_missed: total('missed'),
      ticks_read_twice: total('readTwice'),
      ...asFigures('lateness_after_handover', 'ms', first),
      ...asFigures('lateness_otherwise', 'ms', ordinary),
      ...asFigures('drain', 'ms', distributionOf(drains)),
    },
    limit: { ticks_missed: 0, lateness_ms: periodMs },
    servers: { nats_server: fleet.nc.info?.version ?? 'unknown' },
  };
}
