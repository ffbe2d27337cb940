import { copyFileSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { LogOutput } from './log-stream.ts';

const mostBytes = 16 * 1_048_576;

/**
 * A file that log lines are added to, over all starts. A full one is copied aside, in place of the one before, and emptied,
 * so that whoever follows it (`tail -f`) goes on reading the same file.
 * @param onFailure told of the first line that could not be written; a full disk stops nothing but the log
 */
export function openLogFile(
  path: string,
  onFailure: (error: unknown) => void,
  { maxBytes = mostBytes }: { readonly maxBytes?: number } = {},
): LogOutput {
  const file = openSync(path, 'a');
  let bytes = fstatSync(file).size;
  let hasFailed = false;
  return {
    write: (text) => {
      try {
        if (bytes >= maxBytes) {
          copyFileSync(path, `${path}.1`);
          ftruncateSync(file);
          bytes = 0;
        }
        bytes += writeSync(file, text);
      } catch (error) {
        if (!hasFailed) onFailure(error);
        hasFailed = true;
      }
    },
  };
}
