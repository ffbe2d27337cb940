import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';

export interface EventuallyOptions {
  /** The thing that is waited for, as the end of "waited for …". */
  readonly what: string;
  /** Default 120 s: only a test that fails waits for so long, however busy the machine is. */
  readonly timeoutMs?: number;
  /** Pause between two looks. Default: 25 ms, and more for long waits and for looks that take long. */
  readonly intervalMs?: number;
}

const shortestPauseMs = 25;
const longestPauseMs = 1_000;

/**
 * Long enough that looking takes no more than a third of a core, which what is waited for needs; and for long waits a
 * twentieth of the wait, up to a tenth of a second.
 */
function pauseAfter(lookMs: number, waitedMs: number): number {
  const pauseMs = Math.max(shortestPauseMs, 2 * lookMs, Math.min(waitedMs / 20, 100));
  return Math.min(pauseMs, longestPauseMs);
}

/**
 * Looks again and again until `condition` returns something truthy, and returns that. A look that throws counts as
 * "not yet" (so it can hold assertions). Fails with what it waited for and what it saw last.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 120_000, intervalMs }: EventuallyOptions,
): Promise<Exclude<T, false | null | undefined | '' | 0>> {
  const startedAt = performance.now();
  const deadline = startedAt + timeoutMs;
  let lastSeen: { value: unknown } | undefined;
  let lastError: unknown;
  for (;;) {
    const lookedAt = performance.now();
    try {
      const value = await within(Promise.resolve(condition()), deadline - performance.now());
      if (value) return value as Exclude<T, false | null | undefined | '' | 0>;
      lastSeen = { value };
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    const now = performance.now();
    const pauseMs = intervalMs ?? pauseAfter(now - lookedAt, now - startedAt);
    // A look that had no time left would only hide what the last one saw.
    if (now + pauseMs >= deadline) break;
    await sleep(pauseMs);
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
