import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

// Debian keeps daemons in /usr/sbin, which a plain user's PATH does not have; the last two are Homebrew's.
const FURTHER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The absolute path of a program, looked for as a shell would and then where daemons usually lie. */
export function findExecutable(command: string): string | undefined {
  if (isAbsolute(command) || command.includes('/')) {
    const path = resolve(command);
    return isExecutableFile(path) ? path : undefined;
  }
  // biome-ignore lint/style/noProcessEnv: PATH is what a shell would search, and this is the one place that needs it
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...FURTHER_FOLDERS].map((folder) => join(folder, command)).find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
