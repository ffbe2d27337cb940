import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ListFileRefused } from '../spreadsheets/read/list-file.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { type PreviewQuestions, previewImport } from './preview-import.ts';
import type { StoredRow } from './stored-import.ts';

// The worker thread that reads a file and judges its rows: its sender may have made it slow to read, or large. It asks
// the thread that started it for what the database knows.
const port = parentPort as MessagePort;
const { bytes, settings } = workerData as { readonly bytes: Uint8Array; readonly settings: ImportSettings };

const ask = async (question: object): Promise<unknown> => {
  const answer = new Promise((resolve) => port.once('message', resolve));
  port.postMessage(question);
  return answer;
};
const questions = Object.fromEntries(
  (
    [
      'devices',
      'points',
      'kindFaults',
      'sites',
      'tasks',
      'choosingTasks',
    ] satisfies (keyof PreviewQuestions)[]
  ).map((name) => [name, (...of: unknown[]) => ask({ question: name, of })]),
) as unknown as PreviewQuestions;

/** Rows in one message, so that the thread that takes them is never kept for long. */
const rowsAtOnce = 1_000;

async function sendRows(rows: readonly StoredRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    await ask({ rows: JSON.stringify(rows.slice(from, from + rowsAtOnce)) });
  port.postMessage({ end: true });
}

try {
  const { view, rows } = await previewImport(questions, { content: Buffer.from(bytes.buffer), settings });
  await ask({ view });
  await sendRows(rows);
} catch (error) {
  if (!(error instanceof ListFileRefused)) throw error;
  port.postMessage({ refused: error.detail });
}
