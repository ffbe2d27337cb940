import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPrograms } from './find-program.mjs';
import { venvPrograms } from './python/venv.mjs';
import { TOOLS } from './tools-folder.mjs';

/**
 * The newest Go on this machine, or that set-up has brought for the tests.
 * @returns {Promise<{ path: string, version: readonly [major: number, minor: number] } | undefined>}
 */
export async function findGo(tools = TOOLS) {
  let newest;
  for (const path of findPrograms('go', [venvPrograms(tools)])) {
    const version = await versionOf(path);
    if (version !== undefined && (newest === undefined || compare(version, newest.version) > 0)) {
      newest = { path, version };
    }
  }
  return newest;
}

/** @param {readonly [number, number]} wanted */
export async function findGoOf(wanted) {
  const go = await findGo();
  return go !== undefined && compare(go.version, wanted) >= 0 ? go : undefined;
}

async function versionOf(path) {
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], {
      timeout: 10_000,
      killSignal: 'SIGKILL',
    });
    const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(stdout) ?? [];
    return major === undefined ? undefined : [Number(major), Number(minor)];
  } catch {
    return undefined;
  }
}

function compare(one, other) {
  return one[0] - other[0] || one[1] - other[1];
}
