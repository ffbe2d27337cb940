import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { accounting } from '../verify/checks/accounting.ts';
import type { History } from '../verify/history.ts';
import type { Verdict } from '../verify/verify.ts';
import { type Clients, startClients } from '../world/clients.ts';
import { judge } from '../world/judge.ts';
import { Random } from '../world/random.ts';
import { copiesOfBoth, incompleteStreams } from './brokers.ts';
import { type Canary, startCanary } from './canary.ts';
import { type Cost, costOf } from './cost.ts';
import type { ClusterFault, Hurt } from './fault.ts';
import type { NatsNode } from './hosts/nats-node.ts';
import { heardLeader, inBoth, LedTimes } from './led-times.ts';
import type { Span } from './observations.ts';
import { untilSteady } from './steady.ts';
import { type ClusterWorld, startWorld, type WorldOptions } from './world.ts';
import { untilWritten } from './written.ts';

export interface TrialOptions extends WorldOptions {
  readonly seed: number;
  readonly faults: readonly ClusterFault[];
  /** No further fault begins after this time. */
  readonly minutes: number;
  /** How many times the allowed times and costs may be: for machines that are busy with something else. */
  readonly patience: number;
}

export interface FaultResult {
  readonly fault: ClusterFault;
  readonly whom: string;
  readonly cost: Cost;
  /** Ticks that were due from the hurt to the end of it all and are not stored, by cause. */
  readonly missing: Readonly<Record<string, number>>;
  /** Everything that went wrong with this fault. */
  readonly failures: readonly string[];
}

export interface TrialResult {
  readonly results: readonly FaultResult[];
  /** Services that ended by themselves, or when a person restarted them. */
  readonly startedAgain: readonly string[];
  /** Memory of each service, in MB: before the first fault, and after the last. */
  readonly memory: Readonly<Record<string, readonly (number | undefined)[]>>;
  readonly verdict: Verdict;
}

interface Course extends Span {
  readonly fault: ClusterFault;
  readonly hurt: Hurt;
  readonly healedAtMs: number;
  readonly steadyAtMs: number | undefined;
  readonly storedAfterMs: number | undefined;
  readonly failures: string[];
}

/** Time within which everything must be in order after a fault. */
const steadyWithinMs = 15_000;
const personComesMs = 60_000;
const beforeTheFirstMs = 60_000;
/**
 * nats-server (2.14.5) may send a copy that was cut off the wrong entries again and again until its leader takes a
 * snapshot of the stream, which it puts off while a copy catches up: for two minutes and more.
 */
const copiesWithinMs = 300_000;
const answerWithinMs = 4_000;
const afterTheLastMs = 12_000;

/** Runs everything on hosts of its own, with one fault after the other, then judges what was recorded. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const { say, seed } = options;
  const world = await startWorld(options);
  say('everything runs');
  let isBurst = false;
  let answerTimeoutMs = answerWithinMs;
  const { clients, started } = startClients(world, {
    random: new Random(seed),
    clients: 5,
    pauseMs: () => (isBurst ? [0, 50] : [200, 1_000]),
    answerTimeoutMs: () => answerTimeoutMs,
  });
  await started;
  const canary = startCanary(world, () => answerTimeoutMs);
  const leaders = watchLeader(world.nodes, streamNames.sessions);
  const before = await untilSteady(world, canary, { fromMs: Date.now(), timeoutMs: beforeTheFirstMs });
  if (before.sinceMs === undefined) throw new Error(`it was never steady: ${before.problems.join('; ')}`);

  const memoryOfAll = () => world.services.map(({ pid }) => memoryOf(pid));
  const memoryBefore = memoryOfAll();
  const courses: Course[] = [];
  const endsAtMs = Date.now() + options.minutes * 60_000;
  for (const fault of options.faults) {
    isBurst = fault.isInBurst ?? false;
    answerTimeoutMs = fault.answerWithinMs ?? answerWithinMs;
    if (Date.now() < endsAtMs) courses.push(await undergo(fault, world, canary, options));
  }

  isBurst = false;
  await Promise.all([clients.stop(), canary.stop(), leaders.stop()]);
  const memoryAfter = memoryOfAll();
  await sleep(afterTheLastMs);
  const unwritten = await untilWritten(world.natsUrl, world.databaseUrl);
  say(unwritten === 0 ? 'judging' : `judging, though ${unwritten} samples still wait for a writer`);
  const { verdict, history } = await judge(world, [...clients.commands, ...canary.commands], {
    ...{ events: 20, sessions: world.load.steady.length + world.load.busy.length },
    ...{ ticks: 1_000, handOvers: 1 },
  });
  const results = courses.map((course) =>
    resultOf(course, { world, history, clients, canary, leaders, patience: options.patience }),
  );
  const memory = Object.fromEntries(
    world.services.map(({ id }, index) => [id, [memoryBefore[index], memoryAfter[index]]]),
  );
  await world.stop();
  return { results, startedAgain: world.keeper.startedAgain.map(({ name }) => name), memory, verdict };
}

async function undergo(
  fault: ClusterFault,
  world: ClusterWorld,
  canary: Canary,
  { say, patience }: TrialOptions,
): Promise<Course> {
  const failures = await untilCopied(world);
  const fromMs = Date.now();
  const packetsBefore = await world.network.packets();
  const hurt = await fault.hurt(world);
  say(`${fault.name}: ${fault.what} (${hurt.whom})`);
  await sleep(fault.forMs);
  await hurt.heal();
  const healedAtMs = Date.now();
  const packets = await world.network.packets();
  const passed = packets.lost + packets.late - packetsBefore.lost - packetsBefore.late;
  if (hurt.isOfNetwork && passed === 0) failures.push('did not happen: no packet was lost or late');
  const storing = fault.allowed.storedAfterMs === undefined ? undefined : storedAfter(world, healedAtMs);
  const steady = await untilSteady(world, canary, { fromMs: healedAtMs, timeoutMs: personComesMs });
  const course = { fault, hurt, fromMs, healedAtMs, failures, storedAfterMs: await storing };
  if (steady.sinceMs !== undefined) {
    const afterMs = Math.max(0, steady.sinceMs - healedAtMs);
    const last = afterMs > 0 ? `; last: ${steady.problems.join('; ')}` : '';
    say(`  steady ${inSeconds(afterMs)} s after the heal; ${passed} packets were lost or late${last}`);
    if (afterMs > steadyWithinMs * patience)
      failures.push(
        `steady only ${inSeconds(afterMs)} s after the heal; last: ${steady.problems.join('; ')}`,
      );
    return { ...course, toMs: Date.now(), steadyAtMs: steady.sinceMs };
  }
  failures.push(`a person was needed: ${steady.problems.join('; ')}`);
  say(`  not steady: ${steady.problems.join('; ')}; everything is restarted`);
  const toMs = Date.now();
  // Ends services one after the other; the keeper starts them again.
  for (const service of world.services) if (service.isUp()) await service.terminate();
  const again = await untilSteady(world, canary, { fromMs: Date.now(), timeoutMs: personComesMs });
  if (again.sinceMs === undefined) failures.push(`nor did a restart help: ${again.problems.join('; ')}`);
  return { ...course, toMs, steadyAtMs: undefined };
}

/**
 * Waits as operators should: two faults in a row must not become one fault of two nodes. A copy of a busy stream may lack
 * the latest message at each look, so streams need not be complete at the same one.
 * @returns what is wrong when it waits no longer
 */
async function untilCopied({ nodes }: ClusterWorld): Promise<string[]> {
  const giveUpAtMs = Date.now() + copiesWithinMs;
  for (let incomplete = await incompleteStreams(nodes); incomplete.length > 0; await sleep(500)) {
    if (Date.now() > giveUpAtMs) return [`copies were not complete before it: ${incomplete.join(', ')}`];
    const now = new Set(await incompleteStreams(nodes));
    incomplete = incomplete.filter((name) => now.has(name));
  }
  return [];
}

async function storedAfter(
  { natsUrl, databaseUrl }: ClusterWorld,
  healedAtMs: number,
): Promise<number | undefined> {
  return (await untilWritten(natsUrl, databaseUrl)) === 0 ? Date.now() - healedAtMs : undefined;
}

function resultOf(
  { fault, hurt, failures, ...course }: Course,
  {
    world,
    history,
    clients,
    canary,
    leaders,
    patience,
  }: {
    world: ClusterWorld;
    history: History;
    clients: Clients;
    canary: Canary;
    leaders: LeaderWatch;
    patience: number;
  },
): FaultResult {
  const cost = costOf({
    window: { fromMs: course.fromMs, toMs: course.toMs },
    healedAtMs: course.healedAtMs,
    steadyAtMs: course.steadyAtMs,
    storedAfterMs: course.storedAfterMs,
    periodsMs: new Map(
      world.load.steady.flatMap(({ taskId, periodMs }) =>
        world.devicesOf(taskId).map((device) => [device, periodMs] as const),
      ),
    ),
    hurt: new Set(hurt.collectors.map(({ name }) => name)),
    requests: world.requests,
    commands: [...clients.commands, ...canary.commands],
    storedAtMs: takenByLog(history),
    sessions: canary.sessions,
    led: leaders.led,
  });
  const { ticks } = accounting(
    { ...history, sinceMs: course.fromMs, readAtMs: course.toMs },
    { settleMs: 0 },
  );
  return {
    fault,
    whom: hurt.whom,
    cost,
    missing: ticks.gaps,
    failures: [...failures, ...tooDear(fault, cost, patience)],
  };
}

/** When the log took each command, by its id: operators give the id as their name, which stands in the event. */
function takenByLog({ events }: History): Map<string, number> {
  return new Map(
    events.flatMap(({ decoded, storedAtMs }) =>
      decoded.kind === 'lifecycle' ? [[decoded.event.by, storedAtMs] as const] : [],
    ),
  );
}

function tooDear({ allowed }: ClusterFault, cost: Cost, patience: number): string[] {
  const bounds = [
    ['unread', cost.unreadMs.hurt, allowed.unreadMs],
    ['unread elsewhere', cost.unreadMs.others, allowed.othersUnreadMs ?? 2_000],
    ['a command done but not shown', cost.shownAfterMs ?? 0, allowed.shownAfterMs ?? 1_000],
    ['a started session unread', cost.readAfterMs ?? 0, allowed.readAfterMs ?? Number.POSITIVE_INFINITY],
    [
      'values not in the database after the heal',
      cost.storedAfterMs ?? Number.POSITIVE_INFINITY,
      allowed.storedAfterMs ?? Number.POSITIVE_INFINITY,
    ],
    [
      'commands refused though log and cluster had leaders',
      cost.refusedWithLeaderMs,
      allowed.refusedWithLeaderMs,
    ],
  ] as const;
  return bounds.flatMap(([what, ms, allowedMs]) =>
    ms > allowedMs * patience
      ? [`${what} for ${inSeconds(ms)} s, allowed are ${inSeconds(allowedMs)} s`]
      : [],
  );
}

function inSeconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

/** Resident memory of a process in MB; undefined when it has ended. */
function memoryOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1_024);
  } catch {
    return undefined;
  }
}

const everyMs = 250;

interface LeaderWatch {
  readonly led: readonly Span[];
  stop(): Promise<void>;
}

/**
 * Writes down when both a stream and the cluster had a leader: a node that knows of no leader of the cluster refuses to
 * read from any stream.
 */
function watchLeader(nodes: readonly NatsNode[], stream: string): LeaderWatch {
  const ofStream = new LedTimes();
  const ofCluster = new LedTimes();
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const lookedAtMs = Date.now();
      const copies = await copiesOfBoth(nodes, stream);
      ofStream.note(heardLeader(copies.ofStream, lookedAtMs, nodes.length), lookedAtMs);
      ofCluster.note(heardLeader(copies.ofCluster, lookedAtMs, nodes.length), lookedAtMs);
      await sleep(everyMs);
    }
  };
  const running = run();
  return {
    get led() {
      return inBoth(ofStream.spans, ofCluster.spans);
    },
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
