import type { OpenReadLoop } from './read-loops.ts';

export interface ReadRound {
  readonly perSecond: number;
  /** CPU time of this process for a read, without the device's. */
  readonly cpuUs: number;
}

/** Reads over so many connections, each with one read in flight. */
export async function measureReadLoop(
  open: OpenReadLoop,
  port: number,
  { connections, registers, reads }: { connections: number; registers: number; reads: number },
): Promise<ReadRound> {
  const loops = await Promise.all(Array.from({ length: connections }, () => open(port, registers)));
  const each = Math.ceil(reads / connections);
  // The connections of a bus are made with its first request.
  await Promise.all(loops.map((loop) => loop.run(1)));
  const cpuBefore = process.cpuUsage();
  const since = performance.now();
  await Promise.all(loops.map((loop) => loop.run(each)));
  const seconds = (performance.now() - since) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await Promise.all(loops.map((loop) => loop.close()));
  return { perSecond: (each * connections) / seconds, cpuUs: (user + system) / (each * connections) };
}
