/** Within its timeout and this a call settles. */
export const settleMs = 250;

/** For calls that nothing hurts: on a busy machine a connection alone takes longer than the short timeout of a test's device. */
export const soundMs = 10_000;

/** The outcome, or an error. Both timers run in one process, so a busy machine delays them alike. */
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
