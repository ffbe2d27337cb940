import type { DriverSpec } from '@holdfast/driver/spec.ts';
import type { PointCommon } from '@holdfast/shared/contracts/http/point-http.ts';

/** The part of the current configuration that a list concerns. */
export interface CurrentConfiguration {
  /** By code. */
  readonly devices: ReadonlyMap<string, CurrentDevice>;
  /** Ids by code. */
  readonly sites: ReadonlyMap<string, number>;
  /** The spec of a new device's protocol; the first spec if none is named. */
  specOf(protocol: unknown): DriverSpec | undefined;
}

export interface CurrentDevice {
  readonly id: number;
  readonly spec: DriverSpec;
  readonly connection: object;
  /** The device with its protocol's fields in addition to the common ones, and `site` as a code. */
  readonly flat: Readonly<Record<string, unknown>>;
  /** By code. */
  readonly points: ReadonlyMap<string, CurrentPoint>;
}

export interface CurrentPoint {
  readonly id: number;
  /** Differs after any change. */
  readonly version: string;
  readonly common: PointCommon;
  readonly address: unknown;
}
