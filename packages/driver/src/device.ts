import type { PointFields } from './point.ts';

export type Mode = 'polled' | 'subscribed';

/** A point with its place in the device, as its driver's spec parsed it. */
export type DevicePoint<A = unknown> = PointFields & { readonly address: A };

/** A device as its driver sees it. */
export interface Device<C extends object = object, A = unknown> {
  readonly id: string;
  readonly code: string;
  readonly protocol: string;
  readonly mode: Mode;
  /** Longest time from a request to its whole answer, connecting included. */
  readonly timeout_ms: number;
  readonly connection: C;
  readonly points: readonly DevicePoint<A>[];
}
