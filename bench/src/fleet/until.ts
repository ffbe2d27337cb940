import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidMeasurement } from '../benchmark.ts';

const lookEveryMs = 20;
/** After this long something is broken; how long it takes is not judged. */
const usuallyGiveUpAfterMs = 300_000;

/**
 * Looks until `condition` holds.
 * @param what the end of "waited for …"
 * @param check called at every look; throws when there is no use in waiting
 * @param giveUpAfterMs the limit for what takes long in good order
 * @throws InvalidMeasurement after five minutes, unless said otherwise
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  check: () => void = () => undefined,
  giveUpAfterMs = usuallyGiveUpAfterMs,
): Promise<void> {
  const deadline = performance.now() + giveUpAfterMs;
  while (!(await condition())) {
    check();
    if (performance.now() > deadline) throw new InvalidMeasurement(`waited ${giveUpAfterMs} ms for ${what}`);
    await sleep(lookEveryMs);
  }
}
