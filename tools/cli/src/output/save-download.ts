import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';
import type { Context } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../words/say.ts';

const kilobyte = 1_024;

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes an answer to stdout, or into a file, which only appears once it is complete: a signal that ends the program
 * removes the unfinished one first.
 * @throws CliError
 */
export async function saveDownload(
  { print }: Pick<Context, 'print'>,
  body: ReadableStream<Uint8Array>,
  file: string | undefined,
): Promise<void> {
  const progress = print.progress('kb_written');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (file !== undefined) progress.at(Math.floor(bytes / kilobyte));
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const unfinished = `${file}.unfinished`;
  const target = file === undefined ? process.stdout : createWriteStream(unfinished, { mode: 0o600 });
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals) => ending.abort(signal);
  if (file !== undefined) for (const signal of endingSignals) process.on(signal, end);
  try {
    await pipeline(source, counted, target, { signal: ending.signal, end: file !== undefined });
    if (file !== undefined) await rename(unfinished, file);
  } catch (error) {
    if (file !== undefined) await rm(unfinished, { force: true });
    if (ending.signal.aborted) endBy(ending.signal.reason);
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${say('the_export_broke_off_nothing')} ${why}`, exitCodes.unreachable, {
      cause: error,
    });
  } finally {
    for (const signal of endingSignals) process.off(signal, end);
    progress.end();
  }
  if (file !== undefined) print.note(`${file}: ${Math.ceil(bytes / kilobyte)} kB`);
}

/** Ends as programs do that do not handle the signal, so that a shell sees why. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
