import { chmodSync, copyFileSync, fchmodSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { LogOutput } from './log-stream.ts';

const mostBytes = 16 * 1_048_576;
const ownerOnly = 0o600;

/**
 * A file that collects log lines over all starts. When it is full, it is copied aside, over the copy before, and emptied,
 * so that readers that follow it (`tail -f`) stay on the same file. Only its owner may read it, because it has the addresses
 * and names of people and devices.
 * @param onFailure called for the first line that could not be written; a full disk stops nothing but the log
 */
export function openLogFile(
  path: string,
  onFailure: (error: unknown) => void,
  { maxBytes = mostBytes }: { readonly maxBytes?: number } = {},
): LogOutput {
  const file = openSync(path, 'a', ownerOnly);
  // It may be there already, made by hand or under another umask.
  fchmodSync(file, ownerOnly);
  let bytes = fstatSync(file).size;
  let hasFailed = false;
  return {
    write: (text) => {
      try {
        if (bytes >= maxBytes) {
          copyFileSync(path, `${path}.1`);
          chmodSync(`${path}.1`, ownerOnly);
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
