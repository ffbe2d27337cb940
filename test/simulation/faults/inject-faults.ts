import { type Cut, goodQuality } from '../broker/link.ts';
import type { SimBroker } from '../broker/sim-broker.ts';
import type { Referee } from '../checks/referee.ts';
import type { Fleet, Slot } from '../fleet.ts';
import type { Random } from '../kernel/random.ts';
import type { World } from '../kernel/world.ts';
import type { Plant } from '../plant.ts';

const faultKinds = [
  'cut',
  'crash',
  'drain',
  'standstill',
  'clock',
  'broker',
  'lossy',
  'deaf',
  'silent_device',
  'comeback',
] as const;
type FaultKind = (typeof faultKinds)[number];

/** Kinds that are dangerous together: a process comes back while others, slow themselves, act on its absence. */
const plots: readonly (readonly FaultKind[])[] = [
  ['comeback'],
  ['standstill', 'lossy'],
  ['standstill', 'cut', 'broker'],
  ['cut', 'drain', 'lossy'],
];

export interface FaultsOptions {
  readonly world: World;
  readonly broker: SimBroker;
  readonly fleet: Fleet;
  readonly plant: Plant;
  readonly referee: Referee;
  readonly random: Random;
  readonly hosts: readonly string[];
  readonly durationMs: number;
  readonly drainTimeoutMs: number;
  readonly leaseTtlMs: number;
}

/**
 * Breaks things until `durationMs`. Each run draws which kinds it has at all: where everything happens all the
 * time, nothing lasts long enough to have consequences.
 */
export function injectFaults(options: FaultsOptions): void {
  const { world, random, durationMs } = options;
  const kinds = random.chance(0.3) ? [...random.pick(plots)] : faultKinds.filter(() => random.chance(0.45));
  if (kinds.length === 0) kinds.push(random.pick(faultKinds));
  const count = 3 + random.below(9);
  for (let index = 0; index < count; index += 1) {
    const kind = random.pick(kinds);
    world.after(random.between(500, durationMs), () => inject(kind, options));
  }
}

/** Ends every fault and starts every process that is down. */
export function endFaults({ world, broker, fleet, plant }: FaultsOptions): void {
  world.tell('world', 'all faults end');
  plant.silent.clear();
  for (const link of fleet.links()) {
    link.quality = goodQuality;
    link.heal();
    link.process.continue();
  }
  fleet.keepUp();
  if (!broker.isUp()) throw new Error('the broker must be back by now');
}

function inject(kind: FaultKind, options: FaultsOptions): void {
  const { world, broker, fleet, plant, referee, random, hosts, durationMs, drainTimeoutMs, leaseTtlMs } =
    options;
  const slot: Slot = random.pick(fleet.slots);
  const { life } = slot;
  const leftMs = durationMs - world.nowMs;
  const forMs = Math.min(leftMs, faultLengthMs(random, leaseTtlMs));
  switch (kind) {
    case 'cut': {
      if (!life?.process.isAlive || life.link.isCut) return;
      life.link.cut(random.chance(0.6) ? 'both' : random.pick<Cut>(['to_broker', 'from_broker']));
      world.after(forMs, () => life.link.heal());
      return;
    }
    case 'crash':
      fleet.kill(slot, 'is killed');
      world.after(Math.min(leftMs, random.between(50, 5_000)), () => fleet.start(slot));
      return;
    case 'drain':
      if (life?.process.isAlive && life.link.isCut) world.note('drain during a partition');
      fleet.drain(slot, drainTimeoutMs);
      world.after(Math.min(leftMs, random.between(1_000, 7_000)), () => fleet.start(slot));
      return;
    case 'standstill': {
      if (!life?.process.isAlive || life.process.isPaused) return;
      life.process.pause(slot.suspends ? 'suspended' : 'stopped');
      world.after(forMs, () => {
        if (!life.process.isAlive) return;
        if (forMs > leaseTtlMs) world.note(`${slot.kind} continues after its lease was over`);
        life.process.continue();
      });
      return;
    }
    case 'clock': {
      const byMs = random.pick([-90_000, -4_000, -700, 700, 4_000, 90_000]);
      if (life?.process.isAlive) life.process.setWallClock(slot.suspends ? Math.abs(byMs) : byMs);
      return;
    }
    case 'broker':
      if (broker.isUp()) {
        if (referee.isHandingOver()) world.note('broker restart during a hand-over');
        broker.restart(Math.min(Math.max(1, leftMs - 1), forMs));
      }
      return;
    case 'lossy': {
      if (!life?.process.isAlive) return;
      const { link } = life;
      link.noteTrouble();
      link.quality = {
        minMs: 1,
        maxMs: random.pick([50, 1_000, 3_000]),
        loss: random.pick([0, 0.05, 0.3]),
        doubled: random.pick([0, 0.05, 0.3]),
        reorders: random.chance(0.5),
      };
      life.process.tell(() => `link gets ${JSON.stringify(link.quality)}`);
      world.after(Math.min(leftMs, 2 * forMs), () => {
        link.quality = goodQuality;
        link.noteTrouble();
      });
      return;
    }
    case 'deaf':
      if (life?.process.isAlive) life.loseDeliveries();
      return;
    case 'silent_device': {
      const host = random.pick(hosts);
      plant.silent.add(host);
      world.after(forMs, () => plant.silent.delete(host));
      return;
    }
    case 'comeback': {
      if (slot.kind !== 'collector' || !life?.process.isAlive || life.process.isPaused) return;
      // It is back just when a supervisor has judged it dead and is slow to say so, and is then deaf to what is said.
      const awayMs = Math.min(leftMs, random.between(leaseTtlMs, leaseTtlMs * 1.8));
      life.process.pause(slot.suspends ? 'suspended' : 'stopped');
      world.after(awayMs, () => {
        if (!life.process.isAlive) return;
        if (random.chance(0.7)) life.loseDeliveries();
        life.process.continue();
      });
      const slow = { ...goodQuality, minMs: 100, maxMs: 900 };
      for (const { link } of fleet.supervisors()) {
        link.quality = slow;
        world.after(Math.min(leftMs, awayMs + 2_500), () => {
          link.quality = goodQuality;
          link.noteTrouble();
        });
      }
      return;
    }
    default:
      kind satisfies never;
  }
}

/** Length of a fault, most often about a lease: such a fault ends just when others begin to act on it. */
function faultLengthMs(random: Random, leaseTtlMs: number): number {
  const draw = random.next();
  if (draw < 0.25) return random.between(20, 800);
  if (draw < 0.75) return random.between(leaseTtlMs * 0.9, leaseTtlMs * 1.6);
  return random.between(800, 8_000);
}
