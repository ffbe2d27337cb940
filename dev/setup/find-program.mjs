import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * Folders of programs that are not on every PATH: Debian's daemons, Homebrew's programs, and Go as its makers pack
 * it. Tests of the set-up look in none of them.
 */
export const FURTHER_FOLDERS = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/usr/local/go/bin',
];

/**
 * The absolute path of a program, found as a shell would find it, or else where daemons usually are.
 * @param {string} name or a path
 * @returns {string | undefined}
 */
export function findProgram(name) {
  if (isAbsolute(name) || name.includes('/')) {
    const path = resolve(name);
    return isExecutable(path) ? path : undefined;
  }
  return findPrograms(name)[0];
}

/**
 * All programs of this name, in the order in which they are looked for.
 * @param {string} name
 * @param {string[]} lastFolders where to look when it is nowhere else
 * @returns {string[]}
 */
export function findPrograms(name, lastFolders = []) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const all = new Set([...folders, ...FURTHER_FOLDERS, ...lastFolders]);
  return [...all].map((folder) => join(folder, name)).filter(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
