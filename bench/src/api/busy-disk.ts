import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import type { BenchmarkContext } from '../benchmark.ts';
import { until } from '../fleet/until.ts';

/**
 * Keeps the disk that the broker writes to busy, so that a sync takes as long there as on a slower one. Everything that
 * is measured meanwhile, the limits too, has the same disk.
 */
export async function keepDiskBusy({ cleanUp }: BenchmarkContext, bytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const running = await startProcess({
    name: 'busy-disk',
    command: process.execPath,
    args: [join(import.meta.dirname, 'sync-over-and-over.ts'), join(folder, 'written'), String(bytes)],
  });
  cleanUp.defer(async () => void (await running.stop()));
  const check = () => {
    if (running.exit)
      throw new Error(`what keeps the disk busy has ended: ${running.lastLines(5).join('\n')}`);
  };
  await until('the disk to be busy', () => running.lastLines(1)[0] === 'writes', check);
}
