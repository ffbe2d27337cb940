import { posix } from 'node:path';

/**
 * Configuration names the path of a serial line, and opening a file may do more than one would think (a watchdog's device
 * restarts the machine): only what lies where serial ports lie is opened.
 * @param allowed beginnings of paths
 * @returns why a path is not opened; undefined when it may be
 */
export function serialPaths(allowed: readonly string[]): (path: string) => string | undefined {
  return (path) => {
    const isPlain = posix.normalize(path) === path;
    return isPlain && allowed.some((beginning) => path.startsWith(beginning))
      ? undefined
      : `${path} is not opened as a serial line: it begins with none of ${allowed.join(', ')} (SERIAL_PATHS)`;
  };
}
