import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import type { FleetProcess } from '../fleet/fleet-process.ts';
import { MeasuredFleet } from '../fleet/measured-fleet.ts';
import { processUsage } from './process-usage.ts';

const flags = {
  sessions: { meaning: 'sessions that are placed', byDefault: 10_000, atLeast: 1 },
  collectors: { meaning: 'collectors that hold them', byDefault: 4, atLeast: 1 },
  seconds: { meaning: 'how long is measured', byDefault: 60, atLeast: 5 },
} as const;

/** Every device is read once, when its session is taken, and then not for a day. */
const periodMs = 86_400_000;
/** Time for the work that a start leaves to do: status, acknowledgements, lists. */
const settleSeconds = 20;

export const idle: Benchmark<typeof flags> = {
  name: 'idle',
  summary: 'sessions are held and nothing happens: CPU, memory and messages',
  description: [
    'Starts sessions whose next tick is a day away, on a device each, and measures over a time what the supervisor,',
    'the collectors and the broker need to keep them: leases, held messages, looking whether all is as it should be.',
    'The limit is one core for everything together: on a plant PC of four cores three quarters are left for reading.',
    'ratio: limit / CPU time of all processes together; from 1 on it is kept.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { sessions, collectors, seconds }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const { progress } = context;
  const fleet = await MeasuredFleet.start(context, {});
  // Every pass looks at all sessions, as after a day: none is exempt from balance for having moved just now.
  const supervisor = await fleet.startSupervisor({ REBALANCE_MIN_HOLD_MS: '0', REBALANCE_SETTLE_MS: '0' });
  const ids = Array.from({ length: collectors }, (_, index) => `c${index + 1}`);
  for (const id of ids) await fleet.startCollector(id);
  for (const id of ids) await fleet.holdsLease(id);
  progress(`starting ${sessions} sessions`);
  await fleet.startSessions(sessions, periodMs);
  progress('waiting until all is quiet');
  await sleep(Math.min(settleSeconds, seconds) * 1_000);

  const assignedBefore = (await fleet.assignments()).length;
  const processes = [supervisor, ...ids.map((id) => fleet.collector(id))];
  progress(`measuring for ${seconds} s`);
  const before = await usageOf(fleet, processes);
  await sleep(seconds * 1_000);
  const after = await usageOf(fleet, processes);
  fleet.check();
  const assignedAfter = (await fleet.assignments()).length;
  if (assignedAfter !== assignedBefore) {
    throw new InvalidMeasurement(`${assignedAfter - assignedBefore} sessions were assigned meanwhile`);
  }

  const passedSeconds = (after.atMs - before.atMs) / 1_000;
  const rate = (from: number, to: number): number => (to - from) / passedSeconds;
  const cores = after.processes.map(({ cpuSeconds }, index) =>
    rate(before.processes[index]?.cpuSeconds ?? 0, cpuSeconds),
  );
  const [broker = 0, ofSupervisor = 0, ...ofCollectors] = cores;
  const [brokerUsage, supervisorUsage, ...collectorUsage] = after.processes;
  const total = cores.reduce((sum, share) => sum + share, 0);
  return {
    ratio: Math.round((1 / total) * 1_000) / 1_000,
    figures: {
      sessions,
      collectors,
      seconds: Math.round(passedSeconds),
      cpu_percent_all: percent(total),
      cpu_percent_broker: percent(broker),
      cpu_percent_supervisor: percent(ofSupervisor),
      cpu_percent_each_collector: ofCollectors.map(percent).join(' '),
      messages_in_per_second: Math.round(rate(before.broker.messagesIn, after.broker.messagesIn)),
      messages_out_per_second: Math.round(rate(before.broker.messagesOut, after.broker.messagesOut)),
      jetstream_requests_per_second:
        Math.round(rate(before.broker.jetStreamRequests, after.broker.jetStreamRequests) * 10) / 10,
      memory_mib_broker: brokerUsage?.residentMib ?? -1,
      memory_mib_supervisor: supervisorUsage?.residentMib ?? -1,
      memory_mib_each_collector: collectorUsage.map(({ residentMib }) => residentMib).join(' '),
    },
    limit: { cpu_percent_all: 100 },
    servers: { nats_server: fleet.nc.info?.version ?? 'unknown' },
  };
}

/** Usage of the broker, then of the processes in their order. */
async function usageOf(fleet: MeasuredFleet, processes: readonly FleetProcess[]) {
  const pids = [fleet.server.pid, ...processes.map(({ process }) => process.pid)];
  return {
    atMs: performance.now(),
    broker: await brokerTraffic(fleet.server.monitorUrl),
    processes: await Promise.all(pids.map(processUsage)),
  };
}

/** Percent of one core, to a tenth. */
function percent(share: number): number {
  return Math.round(share * 1_000) / 10;
}

/** The broker's counters since its start. */
interface BrokerTraffic {
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly jetStreamRequests: number;
}

/** @param monitorUrl of nats-server's HTTP monitoring */
async function brokerTraffic(monitorUrl: string): Promise<BrokerTraffic> {
  const ask = async (path: string): Promise<unknown> => (await fetch(`${monitorUrl}/${path}`)).json();
  const { in_msgs, out_msgs } = (await ask('varz')) as { in_msgs: number; out_msgs: number };
  const { api } = (await ask('jsz')) as { api: { total: number } };
  return { messagesIn: in_msgs, messagesOut: out_msgs, jetStreamRequests: api.total };
}
