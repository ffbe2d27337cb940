import { posix } from 'node:path';

/**
 * Decides which serial lines may be opened. Configuration names their paths, and opening a file can do more than one
 * would think (opening a watchdog device restarts the machine), so only paths of serial ports are opened.
 * @param allowed beginnings of paths
 * @returns why a path is not opened, or undefined if it may be
 */
export function serialPaths(allowed: readonly string[]): (path: string) => string | undefined {
  return (path) => {
    const isPlain = posix.normalize(path) === path;
    return isPlain && allowed.some((beginning) => path.startsWith(beginning))
      ? undefined
      : `${path} is not opened as a serial line: it begins with none of ${allowed.join(', ')} (SERIAL_PATHS)`;
  };
}
