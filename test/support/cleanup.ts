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

/** Returns a function that undoes what is registered from now on, as far as that is not done by then. */
export function cleanUpOfWhatFollows(): () => Promise<void> {
  const before = new Set(pending);
  return () => undo(() => pending.findLast((cleanup) => !before.has(cleanup)));
}

/** Undoes everything that is left. */
export function cleanUpNow(): Promise<void> {
  return undo(() => pending.at(-1));
}

/** Gives every cleanup its turn, and throws the failures together. */
async function undo(next: () => Cleanup | undefined): Promise<void> {
  const failures: unknown[] = [];
  for (let cleanup = next(); cleanup !== undefined; cleanup = next()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'cleaning up failed');
}
