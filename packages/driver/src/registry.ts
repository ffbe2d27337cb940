import type { Driver } from './driver.ts';

/** The one export of a driver's `driver.ts` that the registry calls, once for each of its protocols. */
export type CreateDriver = (protocol: string) => Driver;

/** The drivers of one process, made when they are first wanted. @throws RangeError for a protocol that there is not */
export type LoadDriver = (protocol: string) => Promise<Driver>;
