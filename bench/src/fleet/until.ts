import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidMeasurement } from '../benchmark.ts';

const lookEveryMs = 20;
/** After this long something is broken; how long it takes is not judged. */
const giveUpAfterMs = 300_000;

/**
 * Looks until `condition` holds.
 * @param what the end of "waited for …"
 * @param check called at every look; throws when there is no use in waiting
 * @throws InvalidMeasurement after five minutes
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  check: () => void = () => undefined,
): Promise<void> {
  const deadline = performance.now() + giveUpAfterMs;
  while (!(await condition())) {
    check();
    if (performance.now() > deadline) throw new InvalidMeasurement(`waited ${giveUpAfterMs} ms for ${what}`);
    await sleep(lookEveryMs);
  }
}
