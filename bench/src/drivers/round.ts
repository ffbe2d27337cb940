/** The figures of one client in one round. */
export interface Round {
  /** Values. */
  readonly perSecond: number;
  /** Processor time of this process for a value. */
  readonly cpuNs: number;
}

/** @param values that `read` reads */
export async function roundOf(values: number, read: () => Promise<void>): Promise<Round> {
  const cpuBefore = process.cpuUsage();
  const since = performance.now();
  await read();
  const seconds = (performance.now() - since) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: values / seconds, cpuNs: ((user + system) * 1_000) / values };
}
