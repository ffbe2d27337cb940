import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { lastSessionSequence } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import type { LeaseStore } from '@holdfast/shared/lease/lease-store.ts';
import type { LeaseTimes } from '@holdfast/shared/lease/lease-times.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { createLogger, type Logger } from '@holdfast/shared/runtime/logger.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { observeAssignments } from './observe-assignments.ts';
import { measureReplayRates } from './replay-rates.ts';
import { startMeasuredSupervisor } from './supervisor-under-load.ts';
import { writeFormerAssignments, writeSessionLog } from './write-session-log.ts';

const flags = {
  events: { meaning: 'events in the session log', byDefault: 100_000, atLeast: 2 },
  sessions: { meaning: 'sessions that run at its end', byDefault: 1_000, atLeast: 1 },
  collectors: { meaning: 'collectors that are up, and as many that are gone', byDefault: 4, atLeast: 1 },
  rounds: { meaning: 'measured readings of the log, each next to its limit', byDefault: 5, atLeast: 1 },
} as const;

/** The services' defaults. */
const times = { ttlMs: 10_000, marginMs: 1_000, renewEveryMs: 2_000 };
const gibibyte = 1024 ** 3;

export const recovery: Benchmark<typeof flags> = {
  name: 'recovery',
  summary: 'a supervisor starts on a long log: until every running session is assigned',
  description: [
    'Writes a log of many tasks, whose running sessions were placed on collectors that are gone by now, starts the',
    'supervisor beside other collectors and reads from the streams when each session has been assigned.',
    'ratio: events of the log per second until the supervisor knows what all of them come to, over those that a',
    'consumer counts which does nothing else. It can exceed 1: superseded events need not be sent. What reading and',
    'folding each of them would yield stands in the figures.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { events, sessions, collectors, rounds }: FlagValues<typeof flags>,
  { progress, cleanUp, profileFolder }: BenchmarkContext,
): Promise<Measurement> {
  const log = createLogger('bench', 'fatal');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startNatsServer({ storeDir: join(folder, 'nats') });
  cleanUp.defer(async () => void (await server.stop()));
  const connection = await connectNats({ url: server.url, name: 'bench', log });
  cleanUp.defer(() => connection.nc.close());
  const { nc } = connection;
  await ensureStreams(nc, {
    // Reserved, not used: about 700 bytes an event.
    sessionsMaxBytes: Math.max(gibibyte, events * 1_500),
    samplesMaxBytes: gibibyte,
    samplesMaxAgeHours: 1,
    replicas: 1,
  });

  progress(`writing ${events} events, of which ${sessions} sessions run`);
  const former = names('former', collectors);
  const writingSince = performance.now();
  const sessionLog = await writeSessionLog(nc, { events, running: sessions, collectorIds: former });
  await writeFormerAssignments(nc, sessionLog.running);
  const writingSeconds = (performance.now() - writingSince) / 1_000;
  const last = await lastSessionSequence(nc);
  if (last !== events) throw new InvalidMeasurement(`SESSIONS has ${last} events, not ${events}`);

  const store = await KvLeaseStore.open(nc, bucketNames.collectors);
  // Room for a quarter more than an even share, so that no single collector can take everything.
  const capacity = Math.ceil((sessions / collectors) * 1.25);
  const gone = await holdLeases({ store, collectorIds: former, capacity, times, log });
  for (const holder of gone) await holder.giveUp();
  const present = names('collector', collectors);
  const holders = await holdLeases({ store, collectorIds: present, capacity, times, log });
  cleanUp.defer(async () => void (await Promise.all(holders.map((holder) => holder.giveUp()))));

  progress('starting the supervisor');
  const supervisor = await startMeasuredSupervisor(server.url, profileFolder);
  cleanUp.defer(async () => void (await supervisor.process.stop()));
  const observation = await observeAssignments({
    nc,
    after: last,
    sessionIds: new Set(sessionLog.running.map(({ sessionId }) => sessionId)),
    collectorIds: new Set(present),
    check: supervisor.check,
  });
  await supervisor.process.stop();
  if (supervisor.foundRunning() !== sessions) {
    throw new InvalidMeasurement(
      `the supervisor found ${supervisor.foundRunning()} sessions, not ${sessions}`,
    );
  }
  if (!holders.every((holder) => holder.isHeld())) {
    throw new InvalidMeasurement('a collector lost its lease while it was measured');
  }

  progress(`reading the log ${rounds + 1} times, each time by turns with a bare consumer`);
  const rates = await measureReplayRates({
    natsUrl: server.url,
    events: last + sessions,
    running: sessions,
    rounds,
    log,
  });

  const sinceStart = (atMs: number): number => Math.round(atMs - supervisor.startedAtMs);
  const { connectedMs, leadsMs, replayedMs } = supervisor.logTimes;
  return {
    ratio: rounded(rates.replay / rates.bare),
    figures: {
      events,
      tasks: sessionLog.tasks,
      running_sessions: sessions,
      collectors,
      start_to_connected_ms: connectedMs ?? -1,
      start_to_leads_ms: leadsMs ?? -1,
      start_to_replayed_ms: replayedMs ?? -1,
      start_to_first_assigned_ms: sinceStart(observation.firstAssignedAtMs),
      start_to_last_assigned_ms: sinceStart(observation.lastAssignedAtMs),
      start_to_last_message_ms: sinceStart(observation.lastRungAtMs),
      start_to_former_messages_gone_ms: sinceStart(observation.clearedAtMs),
      assigned_sessions: [...observation.byCollector.values()].reduce((sum, count) => sum + count, 0),
      most_on_one_collector: Math.max(...observation.byCollector.values()),
      replay_events_per_second: rates.replay,
      every_event_folded_per_second: rates.everyEvent,
      replay_rounds: rates.replayRounds.join(' '),
      bare_rounds: rates.bareRounds.join(' '),
      log_written_events_per_second: Math.round(events / writingSeconds),
    },
    limit: { bare_consumer_events_per_second: rates.bare },
    servers: { nats_server: nc.info?.version ?? 'unknown' },
  };
}

function names(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index + 1}`);
}

function rounded(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}

/**
 * Collectors as far as a supervisor sees them before it gives them work: leases that are renewed. Their renewals
 * are spread over the renewal time as they are in a plant, where collectors do not start at one moment.
 */
async function holdLeases(options: {
  store: LeaseStore;
  collectorIds: readonly string[];
  capacity: number;
  times: LeaseTimes;
  log: Logger;
}): Promise<LeaseHolder[]> {
  const { store, collectorIds, capacity, times, log } = options;
  const holders: LeaseHolder[] = [];
  for (const key of collectorIds) {
    await new Promise<void>((resolve) => {
      const holder = new LeaseHolder({
        store,
        key,
        times,
        clock: systemClock,
        timers: systemTimers,
        log,
        instance: randomUUID(),
        host: hostname(),
        fields: { started_at: new Date().toISOString(), capacity, labels: {} },
        onHeld: resolve,
        onLost: (why) => log.error({ key, why }, 'lost the lease'),
      });
      holders.push(holder);
      holder.start();
    });
    await sleep(times.renewEveryMs / collectorIds.length);
  }
  return holders;
}
