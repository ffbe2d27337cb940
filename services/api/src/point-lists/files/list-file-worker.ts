import { parentPort, workerData } from 'node:worker_threads';
import { type Encoding, ListFileRefused } from './list-file.ts';
import { readListFile } from './read-list-file.ts';

// The thread in which a file is read that may be made to be slow or large.
const { bytes, encoding } = workerData as { readonly bytes: Uint8Array; readonly encoding?: Encoding };
try {
  parentPort?.postMessage({ file: readListFile(Buffer.from(bytes.buffer), { encoding }) });
} catch (error) {
  if (!(error instanceof ListFileRefused)) throw error;
  parentPort?.postMessage({ refused: error.told });
}
