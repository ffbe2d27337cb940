import { findProgram } from './find-program.mjs';
import { runQuietly } from './run.mjs';

const LONGEST_MS = 20 * 60_000;

/** Whether apt is there and this user may install with it, which only root may. */
export function canUseApt() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

let updated = false;

/**
 * Brings the lists of packages up to date, once.
 * @param {number} patienceMs how long the servers may keep silent
 * @returns {Promise<string | undefined>} why it failed
 */
export async function aptUpdate(patienceMs) {
  if (updated) return undefined;
  const seconds = Math.max(1, Math.floor(patienceMs / 1_000));
  const options = [
    `Acquire::http::Timeout=${seconds}`,
    `Acquire::https::Timeout=${seconds}`,
    'Acquire::Retries=0',
    'APT::Update::Error-Mode=any',
  ];
  // By its own limits apt waits twice for each file of each silent server.
  const args = ['-q', 'update', ...options.flatMap((each) => ['-o', each])];
  const { code, lines, timedOut } = await apt(args, { firstLineMs: patienceMs });
  updated = code === 0;
  if (updated) return undefined;
  return timedOut && lines.length === 0
    ? `apt-get update: no answer within ${Math.round(patienceMs / 100) / 10} s`
    : complaint(lines, 'apt-get update');
}

/**
 * The version that would be installed, without Debian's own part of it.
 * @param {string} name
 */
export async function aptCandidate(name) {
  const { lines } = await runQuietly('apt-cache', ['policy', name], {
    env: { LC_ALL: 'C' },
    timeoutMs: LONGEST_MS,
  });
  return /Candidate: (?:\d+:)?(\d[^-\s]*)/.exec(lines.join('\n'))?.[1];
}

/**
 * @param {string[]} names
 * @returns {Promise<string | undefined>} why it failed
 */
export async function aptInstall(names) {
  const { code, lines } = await apt([
    '-qq',
    '-o',
    'Dpkg::Use-Pty=0',
    'install',
    '--yes',
    '--no-install-recommends',
    ...names,
  ]);
  return code === 0 ? undefined : complaint(lines, 'apt-get install');
}

function apt(args, limits = {}) {
  return runQuietly('apt-get', args, {
    env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    timeoutMs: LONGEST_MS,
    ...limits,
  });
}

/** The first error, because apt reports the cause before its consequences. */
function complaint(lines, what) {
  const line = lines.find((each) => each.startsWith('E: ')) ?? lines.findLast((each) => each.trim() !== '');
  return line?.replace(/^E: /, '').trim() ?? `${what} failed`;
}
