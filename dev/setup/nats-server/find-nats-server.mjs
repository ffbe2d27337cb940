import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms } from '../find-program.mjs';
import { TOOLS } from '../tools-folder.mjs';
import { isNewEnough, OLDEST, PINNED } from './versions.mjs';

/**
 * @typedef {{ path: string, version: string }} InstalledNatsServer
 * @typedef {{ path: string, why: string }} PassedOver
 */

// nats-server answers in milliseconds; a program that hangs is none.
const VERSION_TIMEOUT_MS = 10_000;

/**
 * Where set-up puts a nats-server of this version.
 * @param {string} version
 */
export function natsServerFolder(version, tools = TOOLS) {
  return join(tools, 'nats-server', version);
}

/**
 * The nats-server to start on this machine: the first one that is new enough, on the PATH or where daemons usually are,
 * otherwise the one that set-up has brought. Set-up and everything that starts nats-server ask here.
 * @returns {Promise<{ program: InstalledNatsServer | undefined, passedOver: PassedOver[] }>}
 */
export async function findNatsServer(tools = TOOLS) {
  const passedOver = [];
  for (const path of findPrograms('nats-server', [natsServerFolder(PINNED, tools)])) {
    const version = await versionOfNatsServer(path);
    if (version !== undefined && isNewEnough(version)) return { program: { path, version }, passedOver };
    const why = version === undefined ? 'does not tell its version' : `is ${version}, older than ${OLDEST}`;
    passedOver.push({ path, why });
  }
  return { program: undefined, passedOver };
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} such as `2.14.5`
 */
export async function versionOfNatsServer(path) {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], {
      timeout: VERSION_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    return /^nats-server: v?(\d+\.\d+\.\S+)/m.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
