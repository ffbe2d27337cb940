import type { Random } from '../world/random.ts';
import type { Fault, FaultPlan, WorldShape } from './fault.ts';

export interface PlannedFault extends FaultPlan {
  readonly name: string;
  /** ms after the start of the run. */
  readonly atMs: number;
}

export interface Pace {
  /** Pause between the beginnings of two faults, in ms. */
  readonly minPauseMs: number;
  readonly maxPauseMs: number;
}

const attempts = 20;

/**
 * A random schedule in which faults overlap, but no two have the same target at a time. Every fault comes once
 * before any comes twice. The same seed gives the same schedule.
 */
export function planFaults(options: {
  faults: readonly Fault[];
  durationMs: number;
  random: Random;
  shape: WorldShape;
  pace: Pace;
}): PlannedFault[] {
  const { faults, durationMs, random, shape, pace } = options;
  const minutes = durationMs / 60_000;
  const usable = faults.filter(({ fromMinutes = 0 }) => minutes >= fromMinutes);
  const busyUntil = new Map<string, number>();
  const planned: PlannedFault[] = [];
  let deck: Fault[] = [];
  let atMs = pace.minPauseMs;
  while (atMs < durationMs) {
    const isFree = ({ targets }: FaultPlan) =>
      targets.every((target) => (busyUntil.get(target) ?? 0) <= atMs);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (deck.length === 0) deck = random.shuffled(usable);
      const fault = deck.shift();
      if (!fault) return planned;
      const plan = fault.plan(random, shape);
      if (isFree(plan) && atMs + plan.takesMs <= durationMs) {
        for (const target of plan.targets) busyUntil.set(target, atMs + plan.takesMs);
        planned.push({ ...plan, name: fault.name, atMs });
        break;
      }
      // Its target is busy now; it is the next one's turn, and this one stays in the deck.
      deck.push(fault);
    }
    atMs += random.integer(pace.minPauseMs, pace.maxPauseMs);
  }
  return planned;
}
