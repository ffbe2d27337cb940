import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';

export interface EventuallyOptions {
  /** The thing that is waited for, as the end of "waited for …". */
  readonly what: string;
  /** Default 120 s: only a test that fails waits for so long, however busy the machine is. */
  readonly timeoutMs?: number;
  /** Pause between two looks. Default 25 ms. */
  readonly intervalMs?: number;
}

/**
 * Looks again and again until `condition` returns something truthy, and returns that. A look that throws counts as
 * "not yet" (so it can hold assertions). Fails with what it waited for and what it saw last.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 120_000, intervalMs = 25 }: EventuallyOptions,
): Promise<Exclude<T, false | null | undefined | '' | 0>> {
  const deadline = performance.now() + timeoutMs;
  let lastSeen: { value: unknown } | undefined;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await within(Promise.resolve(condition()), deadline - performance.now());
      if (value) return value as Exclude<T, false | null | undefined | '' | 0>;
      lastSeen = { value };
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    // A look that had no time left would only hide what the last one saw.
    if (performance.now() + intervalMs >= deadline) break;
    await sleep(intervalMs);
  }
  const lastState =
    lastError !== undefined
      ? `The last look failed: ${lastError instanceof Error ? lastError.message : inspect(lastError)}`
      : `Last seen: ${inspect(lastSeen?.value, { depth: 6 })}`;
  throw new Error(`Waited ${timeoutMs} ms for ${what}. ${lastState}`, { cause: lastError });
}

/** The same for assertions: until none of them throws any more. */
export async function untilHolds(assertions: () => unknown): Promise<void> {
  const hold = async (): Promise<true> => {
    await assertions();
    return true;
  };
  await eventually(hold, { what: 'assertions to hold' });
}

/** A look that hangs must not hang the test past its own deadline. */
async function within<T>(look: Promise<T>, leftMs: number): Promise<T> {
  const result = await withDeadline(
    look.then((value) => ({ value })),
    Math.max(leftMs, 0),
  );
  if (!result) throw new Error('the look itself did not come back in time');
  return result.value;
}
