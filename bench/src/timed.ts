/** The result of some work, and how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<readonly [seconds: number, result: T]> {
  const from = performance.now();
  const result = await work();
  return [(performance.now() - from) / 1_000, result];
}
