/** A call settles within its timeout plus this. */
export const settleMs = 250;

/**
 * For calls without a fault: on a busy machine, connecting alone takes longer than the short timeout of a test's
 * device.
 */
export const soundMs = 10_000;

/**
 * The outcome, or an error when it comes too late. Both timers run in one process, so a busy machine delays them alike.
 */
export function inTime<T>(call: Promise<T> | undefined, timeoutMs: number): Promise<T | undefined | Error> {
  return new Promise((resolve, reject) => {
    const overdue = () => reject(new Error(`not settled within ${timeoutMs} + ${settleMs} ms`));
    const timer = setTimeout(() => setImmediate(overdue), timeoutMs + settleMs);
    const done = (outcome: T | undefined | Error) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    Promise.resolve(call).then(done, (error: unknown) =>
      done(error instanceof Error ? error : new Error(String(error))),
    );
  });
}
