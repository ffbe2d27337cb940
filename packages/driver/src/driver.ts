import type { Text } from '@holdfast/texts/text.ts';
import type { Device } from './device.ts';
import type { DriverFailure } from './failure.ts';
import type { Link, LinkHost } from './link.ts';
import type { PointValue } from './point.ts';
import type { PointList } from './point-list.ts';
import type { Command, Group } from './requests.ts';
import type { DriverSpec, FieldProblem } from './spec.ts';

/**
 * A protocol with its library, for collectors. A process has one object of it, which keeps everything that outlives
 * links.
 */
export interface Driver<C extends object = object, A = unknown> {
  readonly spec: DriverSpec<C, A>;
  /** Pure. Devices with equal points share `list`, and everything kept in it. */
  plan(device: Device<C, A>, list: PointList<A>, options?: PlanOptions): DevicePlan;
  /** Made once for each endpoint key, or for each device where endpoints are not exclusive. It opens nothing yet. */
  link(connection: C, host: LinkHost): Link;
}

export interface PlanOptions {
  /** Pause between the first two looks at a refused point; 30 s unless set. */
  readonly refusedPauseMs?: number | undefined;
  /** From an earlier `DevicePlan.learned`: what was refused then is not asked again. */
  readonly learned?: object | undefined;
}

/** A value that is not asked for, and why. */
export interface UnreadValue {
  readonly at: number;
  /** In one line, for the account of a tick. */
  readonly detail: Text;
  /** In one sentence, for people who try the device out. */
  readonly explanation: Text;
  /** Whether the device has refused it; then it is asked again now and then. */
  readonly isRefused: boolean;
  /** The setting that prevents its reading, if one does. */
  readonly limit?: 'largest_block' | 'excluded_range' | undefined;
}

export interface DueGroups {
  readonly groups: readonly Group[];
  /** Due points that are not read, each with the reason. */
  readonly unread: readonly Text[];
  readonly missing: readonly UnreadValue[];
}

/** A device's answer to a part of a group that it had refused. `stopped`: the part was not asked for, or got no answer. */
export type PartAnswer = 'read' | 'refused' | 'stopped';

/** Values of a refused group that are not read in this tick. */
export interface LostValues {
  readonly values: readonly number[];
  readonly detail: Text;
}

/** The requests of one device, and what was learned about it. */
export interface DevicePlan {
  /**
   * The fewest requests that read these points. Callers keep the array of each set of due points and pass the same one
   * again, so that plans can be kept by it.
   * @param due numbers of points: their places in the list
   * @param nowMs for refused points: whether it is time to look at them again
   */
  groups(due: readonly number[], nowMs: number): DueGroups;
  /**
   * Narrows down a refusal of scope `points`: yields parts to ask for, receives the answer to each, and returns what is
   * lost. The caller asks for at most 24 parts a tick and says `stopped` from then on.
   */
  narrow?(
    group: Group,
    failure: DriverFailure,
    nowMs: number,
  ): Generator<Group, readonly LostValues[], PartAnswer>;
  /** Call it when the group was read. */
  answered?(group: Group): void;
  /** The write that gives a point (by number) the value, or why there is none. */
  command?(point: number, value: PointValue): Command | FieldProblem;
  /** Settings that would avoid the requests that the device has refused, or undefined if there are none. */
  learned?(): object | undefined;
  /** One line for each lesson, for people. */
  learnedInWords?(most: number): readonly Text[];
  /** Call it when the device was repaired or replaced. Everything is requested again. */
  forget?(): void;
}
