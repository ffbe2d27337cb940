import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '@holdfast/plant/simulator.ts';
import type { Verdict } from '../verify/verify.ts';
import { startClients } from '../world/clients.ts';
import { judge } from '../world/judge.ts';
import { Random } from '../world/random.ts';
import { DidNotHappen } from '../world/service.ts';
import type { Fault } from './fault.ts';
import { judgeForged } from './forger/judge-forged.ts';
import { type Forged, turnForger } from './forger/turned-forger.ts';
import { judgePublished } from './judge-published.ts';
import { type Pace, type PlannedFault, planFaults } from './plan.ts';
import { settled } from './settled.ts';
import { type ForgerInWorld, forgerId, startWorld, type World } from './world.ts';

export interface FaultRunOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly Fault[];
  readonly folder: string;
  /** Plays the devices; Modbus unless set. */
  readonly simulator?: Simulator | undefined;
  readonly pace?: Pace;
  readonly tasks?: number;
  readonly devicesPerTask?: number;
  /** Tasks that are started once and left alone. Default 3. */
  readonly steadyTasks?: number;
  /** One process is all services. */
  readonly edge?: boolean;
  /** Not with `edge`. A client with a collector's key that sends forged messages during the faults. */
  readonly forger?: ForgerInWorld | undefined;
  /** Progress, line by line. */
  readonly say: (line: string) => void;
}

export interface FaultRun {
  /** How often each fault really happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Planned faults that left no trace, or that the world did not survive: the run has failed. */
  readonly failures: readonly string[];
  readonly verdict: Verdict;
  /** Forged messages, by kind. */
  readonly forged?: Forged;
}

const defaultPace: Pace = { minPauseMs: 1_500, maxPauseMs: 5_000 };

/** Starts everything, hurts it for so many minutes, heals it, and judges what was recorded. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const { seed, minutes, say } = options;
  const random = new Random(seed);
  const durationMs = minutes * 60_000;
  const world = await startWorld({
    folder: options.folder,
    simulator: options.simulator,
    tasks: options.tasks ?? 8,
    devicesPerTask: options.devicesPerTask ?? 3,
    periodsMs: [200, 250, 300, 400, 500],
    steadyTasks: options.steadyTasks ?? 3,
    edge: options.edge,
    forger: options.forger,
    say,
  });
  const planned = planFaults({
    faults: options.faults,
    durationMs,
    random: random.fork(),
    shape: world.shape,
    pace: options.pace ?? defaultPace,
  });
  const { clients, started } = startClients(world, {
    ...{ random: random.fork(), clients: 3, hasEngineer: true },
  });
  await started;
  const forger = options.forger && (await turnForger(world, { seed, ...options.forger }));
  say(`everything runs; ${planned.length} faults in ${minutes} min`);
  const { counts, failures } = await execute(planned, world, durationMs);
  say('healing');
  await clients.stop();
  await world.heal();
  const forged = await forger?.stop();
  for (const problem of await settled(world)) failures.push(problem);
  for (const id of world.shape.apis) failures.push(...world.service(id).internalErrors);
  say('judging');
  const minimum = {
    events: 20,
    sessions: world.load.steady.length + world.load.busy.length,
    ticks: Math.round(minutes * 60 * world.shape.steadyDevices.length),
    // A collector that comes back on its machine, as the one process does, keeps what it held.
    handOvers: options.edge ? 0 : Math.round(minutes),
  };
  const { verdict, history } = await judge(world, clients.commands, minimum, {
    outages: world.outages.all(),
    ...(forger && { liars: new Map([[forgerId, forger.fromSequence]]) }),
  });
  if (forged) failures.push(...judgeForged(history, forged, planned.length === 0));
  const { published } = world.plant;
  if (published.length > 0) {
    const judgement = judgePublished(published, history, world.shape.steadyDevices);
    say(`${judgement.values} published values were looked for in the database`);
    failures.push(...judgement.failures);
    if (judgement.values === 0) failures.push('nothing that was published is in the database');
  }
  await world.stop();
  return { faults: counts, failures, verdict, ...(forged && { forged }) };
}

async function execute(
  planned: readonly PlannedFault[],
  world: World,
  durationMs: number,
): Promise<{ counts: Record<string, number>; failures: string[] }> {
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  /** The end of the last fault on each target: one that takes longer than planned delays the next. */
  const turns = new Map<string, Promise<unknown>>();
  const startedAt = performance.now();
  const elapsed = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  const running = planned.map(async ({ name, what, atMs, targets, run }) => {
    await sleep(atMs);
    const before = targets.map((target) => turns.get(target));
    const turn = Promise.all(before).then(async () => {
      world.say(`${elapsed()} s: ${what}`);
      for (const target of targets) world.outages.began(downWith(target), name);
      try {
        await run(world);
        counts[name] = (counts[name] ?? 0) + 1;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const kind = error instanceof DidNotHappen ? 'did not happen' : 'went wrong';
        failures.push(`fault ${name} (${what}) ${kind}: ${why}`);
        world.say(`${elapsed()} s: ${name} ${kind}: ${why}`);
      } finally {
        for (const target of targets) world.outages.ended(downWith(target), name);
      }
    });
    for (const target of targets) turns.set(target, turn);
    await turn;
  });
  await Promise.all([...running, sleep(durationMs)]);
  return { counts, failures };
}

/** The part that polling lacks while a fault lasts. */
function downWith(target: string): string {
  if (target === 'nats') return 'broker';
  return target.startsWith('supervisor-') ? 'supervisors' : target.replace(/^device /, '');
}
