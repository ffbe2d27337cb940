import { setFlagsFromString } from 'node:v8';

/**
 * For a process that makes much and keeps little of it. While it starts, nearly all that it makes stays; the engine learns that
 * and from then on puts what the same lines make among the old at once, where nothing is freed before the whole
 * heap is collected. Measured: a collector that reads 3,000 devices a second then leaves 11 MB a second there, else 0.2.
 */
export function keepNewObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
