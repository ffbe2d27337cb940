import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../find-program.mjs';
import { runQuietly } from '../run.mjs';
import { TOOLS } from '../tools-folder.mjs';

const VENV = join(TOOLS, 'python');
const VENV_PYTHON = join(venvPrograms(), 'python3');
const LONGEST_MS = 20 * 60_000;

/** Debian's own Python comes before any other on the PATH, because it sees Debian's packages. */
const PYTHONS_OF_SYSTEM = ['/usr/bin/python3', 'python3'];

export const PYTHONS = [VENV_PYTHON, ...PYTHONS_OF_SYSTEM];

/** The folder of programs from PyPI. */
export function venvPrograms(tools = TOOLS) {
  return join(tools, 'python', 'bin');
}

/** The path of a file in this folder. */
export function requirements(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/**
 * Installs packages from PyPI into a virtual environment of this clone: exactly those that the file names, with their sums.
 * @param {string} file
 * @returns {Promise<string | undefined>} why it failed
 */
export async function installFromPyPi(file) {
  const installed = await runQuietly(VENV_PYTHON, ['-m', 'pip', '--version'], { timeoutMs: LONGEST_MS });
  if (installed.code !== 0) {
    const python = PYTHONS_OF_SYSTEM.map(findProgram).find(Boolean);
    if (python === undefined) return 'there is no python3';
    const result = await runQuietly(python, ['-m', 'venv', '--clear', VENV], { timeoutMs: LONGEST_MS });
    if (result.code !== 0) return result.lines.find((line) => line.trim() !== '') ?? 'python3 -m venv failed';
  }
  const { code, lines } = await runQuietly(
    VENV_PYTHON,
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--require-hashes',
      '-r',
      file,
    ],
    { timeoutMs: LONGEST_MS },
  );
  if (code === 0) return undefined;
  return lines.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length) ?? 'pip failed';
}
