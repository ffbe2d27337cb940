import type { BlockDecoder } from '@holdfast/driver-modbus/plan/decode-block.ts';
import type { ReadMap } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import type { ReadBlock } from '@holdfast/driver-modbus/plan/read-plan.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { ReadRequest } from '../ports.ts';

/** A block and how its reply is read. */
export interface DecodedBlock {
  readonly block: ReadBlock;
  readonly decode: BlockDecoder;
}

/** A block with what is needed at every tick, made once. */
export interface PlannedBlock extends DecodedBlock {
  readonly request: ReadRequest;
  /** Asks whether a point that was refused can be read by now, or whether a device can that has refused everything. */
  readonly probeOf: 'point' | 'device' | undefined;
}

export interface TickPlan {
  readonly blocks: readonly PlannedBlock[];
  /** Due points that are not read, with why; empty when there are none. For people. */
  readonly unread: string;
  /** The same by the codes of their values. */
  readonly missing: readonly { readonly code: string; readonly detail: string }[];
  /** Those of them that the device refused, to be probed now and then. */
  readonly refused: readonly PointConfig[];
}

export interface Rate {
  readonly periodMs: number;
  readonly points: readonly PointConfig[];
}

/** A plan before it is one device's. */
export type PlanOutline = Omit<TickPlan, 'blocks'> & { readonly blocks: readonly DecodedBlock[] };

/** The points of a device, and the plans to read them by what was learned so far. */
export interface PointStock {
  readonly points: readonly PointConfig[];
  readonly rates: readonly Rate[];
  /** By code, why it is never read. */
  readonly unreadable: ReadonlyMap<string, string>;
  readonly map: ReadMap<PointConfig>;
  /** By which rates are due. */
  readonly outlines: Map<string, PlanOutline>;
}
