import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import type { BenchmarkContext } from '../benchmark.ts';
import { until } from '../fleet/until.ts';

/** A separate process that writes its address to standard output. Its arguments come as a JSON file. */
export async function startBareServer(
  { cleanUp }: BenchmarkContext,
  script: 'bare-routes.ts' | 'bare-commands.ts',
  what: unknown,
): Promise<{ readonly url: string; readonly pid: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'what.json');
  // It may hold the address of a database, with a password.
  await writeFile(file, JSON.stringify(what), { mode: 0o600 });
  const running = await startProcess({
    name: script,
    command: process.execPath,
    args: [join(import.meta.dirname, script), file],
  });
  cleanUp.defer(async () => void (await running.stop()));
  const url = () => running.lastLines(1)[0];
  const check = () => {
    if (running.exit) throw new Error(`${script} has ended: ${running.lastLines(5).join('\n')}`);
  };
  await until(script, () => url()?.startsWith('http') === true, check);
  return { url: url() ?? '', pid: running.pid };
}
