import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { aptCandidate, aptInstall, aptUpdate, canUseApt } from '../apt.mjs';
import { setupConfig } from '../config.mjs';
import { SetupError, say } from '../messages.mjs';
import { installFromPyPi } from '../python/venv.mjs';
import { ROOT } from '../root.mjs';
import { findPeers, PEERS } from './peers.mjs';

// Not every system has every peer: one that could not be had is not tried again at every start.
const TRIED = join(ROOT, 'node_modules/.holdfast-test-peers-tried');
const PATIENCE_MS = 10_000;

/**
 * Real servers, devices and tools that tests use, as far as they can be had here. What is missing is named, and the tests
 * that need it are skipped; on a build server it is an error.
 */
export async function requireTestPeers() {
  const { CI } = setupConfig();
  const tried = !CI && existsSync(TRIED) ? readFileSync(TRIED, 'utf8').split('\n') : [];
  const missing = (await missingPeers()).filter((name) => !tried.includes(name));
  if (missing.length === 0) return;
  const why = await install(missing.map((name) => PEERS[name]));
  const stillMissing = await missingPeers();
  if (stillMissing.length === 0) return;
  const reasons = why.map((each) => `  ${each}`).join('\n');
  const what = `For tests there is no ${stillMissing.join(', ')} here:\n${reasons}`;
  if (CI) throw new SetupError(`${what}\nA build server must leave no test out.`);
  writeFileSync(TRIED, `${stillMissing.join('\n')}\n`);
  say(`${what}\nTests that need them are skipped. This is not tried again until ${TRIED} is removed.`);
}

async function missingPeers() {
  const peers = await findPeers();
  return Object.keys(peers).filter((name) => peers[name] === null);
}

/** Installs the peers. Returns why, for those that could not be installed. */
async function install(peers) {
  const why = await installDebianPackages([...new Set(peers.flatMap(({ debian }) => debian))]);
  for (const file of new Set(peers.map(({ pypi }) => pypi))) {
    if (file === undefined) continue;
    say(`Installing ${basename(file, '.txt')} from PyPI for the tests …`);
    const failure = await installFromPyPi(file);
    if (failure !== undefined) why.push(`PyPI, ${basename(file)}: ${failure}`);
  }
  for (const { install: bring } of peers) {
    const failure = await bring?.();
    if (failure !== undefined) why.push(failure);
  }
  return why;
}

async function installDebianPackages(packageNames) {
  if (!canUseApt()) return [`apt-get, as root, would bring ${packageNames.join(' ')}`];
  const unreachable = await aptUpdate(PATIENCE_MS);
  if (unreachable !== undefined) return [unreachable];
  const packages = [];
  const why = [];
  for (const each of packageNames) {
    const candidate = await firstCandidate(each.split('|'));
    if (candidate === undefined) why.push(`apt-get: this system has no package ${each}`);
    else packages.push(candidate);
  }
  if (packages.length === 0) return why;
  say(`Installing this system’s packages for the tests: ${packages.join(', ')} …`);
  const failure = await aptInstall(packages);
  return failure === undefined ? why : [...why, `apt-get: ${failure}`];
}

async function firstCandidate(names) {
  for (const name of names) if ((await aptCandidate(name)) !== undefined) return name;
  return undefined;
}
