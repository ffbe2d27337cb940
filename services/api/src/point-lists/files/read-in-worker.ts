import { Worker } from 'node:worker_threads';
import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { type Encoding, type ListFile, ListFileRefused } from './list-file.ts';

export interface WorkerLimits {
  readonly heapMb: number;
  readonly timeMs: number;
}

/** Limits for reading a file; unpacking has its own. A list of 50,000 rows takes a second or two on an idle machine. */
const limits: WorkerLimits = { heapMb: 768, timeMs: 60_000 };

/**
 * Reads a file in its own thread, so that a file made slow or large on purpose hurts nobody else.
 * @throws ListFileRefused
 */
export async function readInWorker(
  content: Buffer,
  options: { readonly encoding?: Encoding | undefined },
  { heapMb, timeMs }: WorkerLimits = limits,
): Promise<ListFile> {
  const bytes = Uint8Array.from(content);
  const worker = new Worker(new URL('./list-file-worker.ts', import.meta.url), {
    workerData: { bytes, ...options },
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const timer = setTimeout(() => void worker.terminate(), timeMs);
  try {
    return await new Promise<ListFile>((resolve, reject) => {
      worker.once('message', ({ file, refused }: { file?: ListFile; refused?: InBoth }) => {
        if (file) resolve(file);
        else reject(new ListFileRefused(refused ?? tooMuch));
      });
      worker.once('error', (cause: Error & { readonly code?: string }) =>
        reject(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ListFileRefused(tooMuch, { cause }) : cause),
      );
      worker.once('exit', () => reject(new ListFileRefused(tooMuch)));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

const tooMuch = both(
  'Reading the file takes too long or too much memory. Copy the list of points into a new workbook, or send CSV.',
  '读取该文件耗时过长或占用内存过多。请把点位表复制到新的工作簿，或发送 CSV。',
);
