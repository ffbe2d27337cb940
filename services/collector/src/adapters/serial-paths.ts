import { posix } from 'node:path';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';

/**
 * Decides which serial lines may be opened. Configuration names their paths, and opening a file can do more than one
 * would think (opening a watchdog device restarts the machine), so only paths of serial ports are opened.
 * @param allowed beginnings of paths
 * @returns why a path is not opened, or undefined if it may be
 */
export function serialPaths(allowed: readonly string[]): (path: string) => Text | undefined {
  return (path) => {
    const isPlain = posix.normalize(path) === path;
    return isPlain && allowed.some((beginning) => path.startsWith(beginning))
      ? undefined
      : collectorText('not_a_serial_path', { path, prefixes: allowed.join(', ') });
  };
}
