import type { MelsecConnection } from './connection.ts';
import type { PlcDevice } from './devices.ts';

/** The station that a request is for, behind the PLC that it is sent to. */
export type Route = Pick<MelsecConnection, 'network_no' | 'pc_no' | 'module_io' | 'module_station'>;

/** Batch read or batch write of consecutive words or bits of one device. */
export interface McRequest {
  readonly route: Route;
  readonly device: PlcDevice;
  readonly number: number;
  readonly count: number;
  /** The values to write: words 0…65535, or bits 0 and 1, or undefined for a read. */
  readonly values?: readonly number[] | undefined;
}
