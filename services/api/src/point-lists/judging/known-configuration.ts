import type { DriverSpec } from '@holdfast/driver/spec.ts';
import type { PointCommon } from '@holdfast/shared/contracts/http/point-http.ts';

/** The present configuration, as far as a list speaks of it. */
export interface KnownConfiguration {
  /** By code. */
  readonly devices: ReadonlyMap<string, KnownDevice>;
  /** Ids by code. */
  readonly sites: ReadonlyMap<string, number>;
  /** The protocol of a device that is not there yet; the first one where none is named. */
  specOf(protocol: unknown): DriverSpec | undefined;
}

export interface KnownDevice {
  readonly id: number;
  readonly spec: DriverSpec;
  readonly connection: object;
  /** With its own fields among those that all have, and `site` by its code. */
  readonly flat: Readonly<Record<string, unknown>>;
  /** By code. */
  readonly points: ReadonlyMap<string, KnownPoint>;
}

export interface KnownPoint {
  readonly id: number;
  /** Another one after any change. */
  readonly version: string;
  readonly common: PointCommon;
  readonly address: unknown;
}
