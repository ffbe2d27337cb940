import type { Driver } from './driver.ts';

/** The one export of a driver's `driver.ts`; the registry calls it once for each of the driver's protocols. */
export type CreateDriver = (protocol: string) => Driver;

/** The drivers of one process, made on first use. @throws RangeError for an unknown protocol */
export type LoadDriver = (protocol: string) => Promise<Driver>;
