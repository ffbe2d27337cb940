import { SimBroker } from './broker/sim-broker.ts';
import { SimSink } from './broker/sim-sink.ts';
import { Referee } from './checks/referee.ts';
import { endFaults, type FaultsOptions, injectFaults } from './faults/inject-faults.ts';
import { type PlantedBug, publishingBeforeAppend } from './faults/planted-bugs.ts';
import { Fleet } from './fleet.ts';
import { Random } from './kernel/random.ts';
import { World } from './kernel/world.ts';
import { hostOf, Plant } from './plant.ts';
import { alikeVersion, longestPeriodMs } from './reading-of-version.ts';
import type { SimSettings } from './services/service.ts';
import { missingVersion, SimClients, versions } from './services/sim-clients.ts';
import { startForger } from './services/sim-forger.ts';

export interface ScheduleOutcome {
  readonly seed: number;
  /** Something that must not have happened and did. */
  readonly violation: string | undefined;
  /** How often rare states were reached, by name. */
  readonly reached: ReadonlyMap<string, number>;
  readonly events: number;
  readonly simulatedMs: number;
  /** The last lines of what happened. */
  history(lines: number): string[];
}

const settings: SimSettings = {
  lease: { ttlMs: 3_000, renewEveryMs: 700, marginMs: 500 },
  reconcileIntervalMs: 1_000,
  rebalancing: { minHoldMs: 4_000, settleMs: 2_500, maxMoves: 1 },
  drainTimeoutMs: 8_000,
};
/** Once faults have ended, everything must be as the log says within this time. */
const settlesWithinMs = 60_000;
const staysSettledMs = 2_000;
const commandKinds = ['start', 'start', 'stop', 'pause', 'resume', 'resume', 'recover'] as const;

/** One world from its beginning to its end. The seed says everything that happens in it. */
export async function runSchedule(seed: number, bugs: readonly PlantedBug[] = []): Promise<ScheduleOutcome> {
  const random = new Random(seed);
  const world = new World(random.fork());
  const broker = new SimBroker(world, {
    ackWaitMs: settings.lease.ttlMs,
    keepsLeases: !bugs.includes('leases_in_memory'),
    checksExpectedSequence: !bugs.includes('no_expected_sequence'),
  });
  const plant = new Plant(world);
  const maxStaleMs = random.pick([0, 0, 300, 2_000]);
  const readRandom = random.fork();
  let isFaulty = true;
  const staleness = () =>
    isFaulty && maxStaleMs > 0 && readRandom.chance(0.3) ? readRandom.between(0, maxStaleMs) : 0;
  const isLeadershipFooled = random.chance(0.25);
  const fleet: Fleet = new Fleet({
    world,
    broker,
    random: random.fork(),
    contextFor: (slot, link) => ({
      broker,
      link,
      plant,
      referee,
      settings,
      bugs,
      staleness,
      isLeadershipFooled: isLeadershipFooled && slot.name === 'S1',
      isKnownDead: (instance) => fleet.isKnownDead(instance),
      publishBeforeAppend: (store, outbox) =>
        publishingBeforeAppend(store, outbox, () => broker.lastSequence),
    }),
  });
  const referee = new Referee({
    world,
    broker,
    leaseTtlMs: settings.lease.ttlMs,
    collectors: () => fleet.collectors(),
    supervisors: () => fleet.supervisors(),
  });
  broker.onAppend = (event) => referee.appended(event);
  const sink = new SimSink(world, broker, bugs);
  broker.onSample = (source, sample) => sink.take(source, sample);

  const durationMs = random.between(8_000, 20_000);
  for (const name of ['S1', 'S2']) fleet.add('supervisor', name, `host-${name}`);
  for (const name of ['C1', 'C2']) fleet.add('collector', name, `host-${name}`);
  if (random.chance(0.5)) fleet.add('collector', 'C3', 'host-C3');
  // A configuration was copied: two processes under one id.
  if (random.chance(0.3)) fleet.add('collector', 'C1', 'host-copy');
  for (const slot of fleet.slots) world.after(random.between(0, 1_500), () => fleet.start(slot));

  const taskIds = ['1', '2', '3'].slice(0, 1 + random.below(3));
  for (const taskId of taskIds) {
    for (const version of [...versions, alikeVersion]) {
      if (version !== missingVersion)
        broker.configs.set(`${taskId}/${version}`, plant.configFor(taskId, version));
    }
  }
  const { process: api, link: apiLink } = fleet.process('api', 'host-api');
  // A generator of its own, so that the other schedules stay what they are.
  const limitRandom = new Random(seed * 7_919);
  const isLimited = limitRandom.chance(0.3);
  const clients = new SimClients(broker, api, apiLink, () => {
    if (!isLimited || limitRandom.chance(0.3)) return {};
    const softSeconds = limitRandom.between(500, 8_000) / 1_000;
    return { softSeconds, hardSeconds: softSeconds + limitRandom.between(100, 6_000) / 1_000 };
  });
  const command = (taskId: string, type: (typeof commandKinds)[number] | 'reconfigure', version: number) =>
    api.deliver(() => void clients.command(taskId, type, version));
  for (const taskId of taskIds) world.after(random.between(0, 3_000), () => command(taskId, 'start', 1));
  const commands = random.below(14);
  for (let index = 0; index < commands; index += 1) {
    const version = random.chance(0.15) ? missingVersion : 1;
    const type = random.pick(commandKinds);
    const taskId = random.pick(taskIds);
    const atMs = random.between(1_000, durationMs);
    world.after(atMs, () => command(taskId, type, version));
    // Two people press the button at once.
    if (random.chance(0.3)) world.after(atMs + random.between(0, 10), () => command(taskId, type, version));
  }

  // A generator of its own, as above.
  const changeRandom = new Random(seed * 15_485_863);
  const changes = changeRandom.chance(0.5) ? 1 + changeRandom.below(6) : 0;
  for (let index = 0; index < changes; index += 1) {
    const taskId = changeRandom.pick(taskIds);
    const atMs = changeRandom.between(2_000, durationMs);
    const ask = () => command(taskId, 'reconfigure', changeRandom.pick(versions));
    world.after(atMs, ask);
    // Two people change it at once.
    if (changeRandom.chance(0.3)) world.after(atMs + changeRandom.between(0, 10), ask);
  }

  // A generator of its own, as above.
  const alikeRandom = new Random(seed * 32_452_843);
  if (alikeRandom.chance(0.2)) {
    const taskId = alikeRandom.pick(taskIds);
    const atMs = alikeRandom.between(2_000, durationMs);
    world.after(atMs, () => command(taskId, 'reconfigure', alikeVersion));
  }

  const faults: FaultsOptions = {
    world,
    broker,
    fleet,
    plant,
    referee,
    random: random.fork(),
    hosts: taskIds.map(hostOf),
    durationMs,
    drainTimeoutMs: settings.drainTimeoutMs,
    leaseTtlMs: settings.lease.ttlMs,
  };
  injectFaults(faults);
  // A generator of its own, as above.
  const forgerRandom = new Random(seed * 104_729);
  if (forgerRandom.chance(0.5)) startForger(world, broker, forgerRandom);
  await world.run(durationMs);
  if (!world.violation) {
    isFaulty = false;
    endFaults(faults);
    await untilSettled(world, referee);
    clients.check();
  }
  world.end();
  fleet.abandon();
  return {
    seed,
    violation: world.violation?.message,
    reached: world.reached,
    events: world.events,
    simulatedMs: world.nowMs,
    history: (lines) => world.history.last(lines),
  };
}

/** I4: every running session is polled, and no other. */
async function untilSettled(world: World, referee: Referee): Promise<void> {
  const endMs = world.nowMs + settlesWithinMs;
  let problems: string[] = [];
  let settledSinceMs: number | undefined;
  const look = (): void => {
    problems = referee.unsettled(3 * longestPeriodMs, ({ session }) => {
      return session.status === 'running' && session.session.configVersion !== missingVersion;
    });
    problems.push(...referee.overdue());
    settledSinceMs = problems.length > 0 ? undefined : (settledSinceMs ?? world.nowMs);
    world.after(250, look);
  };
  world.after(3 * longestPeriodMs, look);
  const isSettled = () => settledSinceMs !== undefined && world.nowMs - settledSinceMs >= staysSettledMs;
  await world.run(endMs, isSettled);
  if (world.violation || isSettled()) return;
  world.violate(`I4: ${settlesWithinMs / 1000} s after the last fault: ${problems.join('; ')}`);
}
