import { parentPort, workerData } from 'node:worker_threads';
import { type Encoding, ListFileRefused } from './list-file.ts';
import { readListFile } from './read-list-file.ts';

// The worker thread that reads a file, since somebody may have made the file slow to read or large.
const { bytes, encoding } = workerData as { readonly bytes: Uint8Array; readonly encoding?: Encoding };
try {
  parentPort?.postMessage({ file: readListFile(Buffer.from(bytes.buffer), { encoding }) });
} catch (error) {
  if (!(error instanceof ListFileRefused)) throw error;
  parentPort?.postMessage({ refused: error.told });
}
