import type { Fault as DeviceFault } from '@holdfast/plant/simulator.ts';
import type { Random } from '../world/random.ts';
import type { World } from './world.ts';

/** One thing that can go wrong. */
export interface Fault {
  /** As it is counted in the report. */
  readonly name: string;
  /** Runs shorter than this do without it. */
  readonly fromMinutes?: number;
  /** Chooses everything that chance decides, so that a seed gives the same plan whatever happens meanwhile. */
  plan(random: Random, shape: WorldShape): FaultPlan;
}

export interface FaultPlan {
  /** The processes that it hurts: `collector-1`, `nats`, …. Two faults never have the same target at a time. */
  readonly targets: readonly string[];
  /** About how long it takes, in ms: for planning only. */
  readonly takesMs: number;
  /** In words, for the log. */
  readonly what: string;
  /** Does it, and undoes it. @throws DidNotHappen when the world was not hurt as planned */
  run(world: World): Promise<void>;
}

export interface WorldShape {
  readonly collectors: readonly string[];
  readonly supervisors: readonly string[];
  readonly writers: readonly string[];
  readonly apis: readonly string[];
  readonly alarms: readonly string[];
  /** Device codes of tasks that are always running. */
  readonly steadyDevices: readonly string[];
  readonly leaseTtlMs: number;
  /** Faults that befall devices of the protocol. */
  readonly troubles: readonly DeviceFault[];
}

/** Every process once: one may be API, supervisor, alarms, collector and writer. */
export function allServices(shape: WorldShape): string[] {
  const { apis, supervisors, collectors, writers, alarms } = shape;
  return [...new Set([...apis, ...supervisors, ...collectors, ...writers, ...alarms])];
}
