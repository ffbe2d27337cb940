import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPrograms } from './find-program.mjs';
import { venvPrograms } from './python/venv.mjs';
import { runQuietly } from './run.mjs';
import { TOOLS } from './tools-folder.mjs';

// A build takes two minutes on two cores when Go's caches are empty.
const LONGEST_BUILD_MS = 30 * 60_000;

/**
 * The newest Go among those on this machine and the one that set-up has brought for the tests.
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

/** @param {readonly [number, number]} version */
export async function findGoOf(version) {
  const go = await findGo();
  return go !== undefined && compare(go.version, version) >= 0 ? go : undefined;
}

/**
 * Builds the exact version of a program from the Go module proxy; Go checks the sums of its modules.
 * @param {string} go
 * @param {string} module with its version
 * @param {string} folder where the program is put
 * @returns {Promise<string | undefined>} why it failed
 */
export async function goInstall(go, module, folder) {
  const built = await runQuietly(go, ['install', module], {
    env: { GOBIN: folder, CGO_ENABLED: '0' },
    timeoutMs: LONGEST_BUILD_MS,
  });
  return built.code === 0 ? undefined : lastOf(built.lines);
}

/** The last line with text of a program that failed. */
export function lastOf(lines) {
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'it failed without a word';
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
