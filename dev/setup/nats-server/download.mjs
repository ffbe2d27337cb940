// node download.mjs <url> <file> <milliseconds without a byte after which it gives up>
//
// Prints nothing when the file is there, otherwise in one line why it is not, and exits 1.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [url, file, patienceMs] = process.argv.slice(2);

async function download() {
  const silence = new AbortController();
  const wait = () => setTimeout(() => silence.abort(), Number(patienceMs));
  let timer = wait();
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok) return `answered ${response.status}`;
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks) {
        for await (const chunk of chunks) {
          clearTimeout(timer);
          timer = wait();
          yield chunk;
        }
      },
      createWriteStream(file),
    );
    return undefined;
  } catch (error) {
    if (silence.signal.aborted) return `silent for ${Math.round(Number(patienceMs) / 100) / 10} s`;
    return error.cause?.message || error.cause?.code || error.message;
  } finally {
    clearTimeout(timer);
  }
}

const why = await download();
if (why !== undefined) {
  process.stdout.write(`${why}\n`);
  process.exitCode = 1;
}
