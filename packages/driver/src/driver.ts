import type { Device } from './device.ts';
import type { DriverFailure } from './failure.ts';
import type { Link, LinkHost } from './link.ts';
import type { PointValue } from './point.ts';
import type { PointList } from './point-list.ts';
import type { Command, Group } from './requests.ts';
import type { DriverSpec, FieldProblem } from './spec.ts';

/** A protocol with its library: for collectors. One object serves a process; what outlives links is kept in it. */
export interface Driver<C extends object = object, A = unknown> {
  readonly spec: DriverSpec<C, A>;
  /** Pure. Devices with equal points share `list`, and what is kept in it. */
  plan(device: Device<C, A>, list: PointList<A>, options?: PlanOptions): DevicePlan;
  /** One for each endpoint key, or for each device where endpoints are not exclusive. It opens nothing yet. */
  link(connection: C, host: LinkHost): Link;
}

export interface PlanOptions {
  /** Pause between the first two looks at a point that was refused; 30 s unless set. */
  readonly refusedPauseMs?: number | undefined;
  /** As `DevicePlan.learned` told it before: what was refused then is not asked again. */
  readonly learned?: object | undefined;
}

/** A value that is not asked for, and why. */
export interface UnreadValue {
  readonly at: number;
  /** In a line, for the account of a tick. */
  readonly detail: string;
  /** In a sentence, for whoever tries the device out. */
  readonly explanation: string;
  /** True if the device has refused it: it is asked again now and then. */
  readonly isRefused: boolean;
  /** The setting that keeps it from being read, where one does. */
  readonly limit?: 'largest_block' | 'excluded_range' | undefined;
}

export interface DueGroups {
  readonly groups: readonly Group[];
  /** Due points that are not read, with why, for people; empty when there are none. */
  readonly unread: string;
  readonly missing: readonly UnreadValue[];
}

/** A device's answer to a part of a group that it had refused. `stopped`: it was not asked, or gave no answer. */
export type PartAnswer = 'read' | 'refused' | 'stopped';

/** Values of a refused group that stay without a reading in this tick. */
export interface LostValues {
  readonly values: readonly number[];
  readonly detail: string;
}

/** The requests of one device, and what was learned of it. */
export interface DevicePlan {
  /**
   * The fewest requests that read these points. Callers keep the array of each set of due points and pass the same one again,
   * so that plans can be kept by it.
   * @param due numbers of points: their places in the list
   * @param nowMs for points that were refused: whether it is time to look at them again
   */
  groups(due: readonly number[], nowMs: number): DueGroups;
  /**
   * After a refusal of scope `points`: yields parts to ask, is told what each came to, and returns what is lost. The caller
   * asks at most 24 parts a tick and says `stopped` from then on.
   */
  narrow?(
    group: Group,
    failure: DriverFailure,
    nowMs: number,
  ): Generator<Group, readonly LostValues[], PartAnswer>;
  /** The group was read. */
  answered?(group: Group): void;
  /** The write that gives a point (its number) the value, or why there is none. */
  command?(point: number, value: PointValue): Command | FieldProblem;
  /** Settings that would spare the device what it has refused; undefined when there are none. */
  learned?(): object | undefined;
  /** One line for each thing learned, for people. */
  learnedInWords?(most: number): readonly string[];
  /** The device was mended or exchanged: everything is asked for again. */
  forget?(): void;
}
