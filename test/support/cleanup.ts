type Cleanup = () => Promise<unknown>;

// In the order of registration; run backwards, so that what was started last is stopped first.
const pending: Cleanup[] = [];

/**
 * Registers what is to be undone when the test file is over (setup.ts runs it after all hooks of the file itself).
 * Returns a function that undoes it now; whichever comes first, it runs once.
 */
export function cleanUpAfterFile(cleanup: Cleanup): Cleanup {
  let done: Promise<unknown> | undefined;
  const once: Cleanup = () => {
    const index = pending.indexOf(once);
    if (index >= 0) pending.splice(index, 1);
    done ??= cleanup();
    return done;
  };
  pending.push(once);
  return once;
}

/** Undoes everything that is left; every one gets its turn, the failures are thrown together. */
export async function cleanUpNow(): Promise<void> {
  const failures: unknown[] = [];
  for (let cleanup = pending.at(-1); cleanup !== undefined; cleanup = pending.at(-1)) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'cleaning up after the test file failed');
}
