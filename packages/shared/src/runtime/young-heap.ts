import { setFlagsFromString } from 'node:v8';

/**
 * For a process that makes many objects and keeps few. While it starts, it keeps nearly all of them; the engine learns
 * this, and from then on puts objects made by the same lines among the old ones at once, where nothing is freed before
 * the whole heap is collected. Measured: a collector that reads 3,000 devices a second then leaves 11 MB a second there;
 * with this call, 0.2.
 */
export function keepNewObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
