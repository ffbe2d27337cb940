import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { InvalidMeasurement } from '../benchmark.ts';
import { until } from '../fleet/until.ts';

export interface BenchBroker {
  readonly port: number;
  readonly version: string;
}

/** Mosquitto with its defaults, except that it drops no message for a slow reader. Undefined where it is not installed. */
export async function startBenchBroker(
  folder: string,
  cleanUp: AsyncDisposableStack,
): Promise<BenchBroker | undefined> {
  const command = findProgram('mosquitto');
  if (command === undefined) return undefined;
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  // Started by root, it would become a user who may not read the folder.
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'user root', 'max_queued_messages 0'];
  await writeFile(file, `${lines.join('\n')}\n`);
  const broker = await startProcess({ name: 'mosquitto', command, args: ['-c', file] });
  cleanUp.defer(async () => void (await broker.stop()));
  const running = () => broker.lastLines(100).map((line) => /version (\S+) running/.exec(line)?.[1]);
  const requireAlive = () => {
    if (broker.exit) throw new InvalidMeasurement(`mosquitto has ended: ${broker.lastLines(1).join()}`);
  };
  await until('mosquitto to run', () => running().some((version) => version !== undefined), requireAlive);
  return { port, version: running().find((version) => version !== undefined) ?? '' };
}
