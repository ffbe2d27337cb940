import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.mjs';
import { SetupError, say } from './messages.mjs';
import { ROOT } from './root.mjs';
import { run } from './run.mjs';

const NATS_WAY_OUT =
  'Install it with "apt-get install nats-server" (Debian, Ubuntu; as root) or "brew install nats-server" (macOS), ' +
  'or put a binary from https://nats.io/download/ on the PATH.';

// Real servers, and Prometheus' own check of alerts, that some tests use; without them those tests are skipped, with a note.
const TEST_SERVERS = [
  { debianPackage: 'python3-pymodbus', isThere: () => hasPythonModule('pymodbus.server') },
  { debianPackage: 'python3-serial', isThere: () => hasPythonModule('serial') },
  { debianPackage: 'socat', isThere: () => findProgram('socat') !== undefined },
  // Only of use to a compiler, which is more than a test may bring along.
  {
    debianPackage: 'libmodbus-dev',
    isThere: () => findProgram('gcc') === undefined || existsSync('/usr/include/modbus/modbus.h'),
  },
  { debianPackage: 'victoria-metrics', isThere: () => findProgram('victoria-metrics') !== undefined },
  { debianPackage: 'influxdb', isThere: () => findProgram('influxd') !== undefined },
  { debianPackage: 'promtool', isThere: () => findProgram('promtool') !== undefined },
];

// Not every release has every package: what could not be had once is not tried at every start.
const TRIED = join(ROOT, 'node_modules/.holdfast-test-servers-tried');

/** There is no npm package of nats-server, so it has to come from the system. */
export async function requireNatsServer() {
  if (findProgram('nats-server') !== undefined) return;
  if (!canUseApt()) throw new SetupError(`There is no nats-server on this machine. ${NATS_WAY_OUT}`);
  say('Installing nats-server from this system’s packages …');
  // The package may start a server on port 4222 by itself. That one is not ours: it is neither used nor stopped.
  const installed = (await aptUpdate()) && (await aptInstall(['nats-server']));
  if (!installed || findProgram('nats-server') === undefined) {
    throw new SetupError(`nats-server could not be installed; the reason is above. ${NATS_WAY_OUT}`);
  }
}

/** As far as they can be had: their absence is no error. The test run itself says what is skipped. */
export async function requireTestServers() {
  if (!canUseApt()) return;
  const tried = existsSync(TRIED) ? readFileSync(TRIED, 'utf8').split('\n') : [];
  const missing = TEST_SERVERS.filter(({ isThere }) => !isThere())
    .map(({ debianPackage }) => debianPackage)
    .filter((debianPackage) => !tried.includes(debianPackage));
  if (missing.length === 0) return;
  say(`Installing servers for the tests from this system’s packages: ${missing.join(', ')} …`);
  if (!((await aptUpdate()) && (await aptInstall(missing)))) {
    // One that this release does not have must not keep the others away.
    for (const debianPackage of missing) await aptInstall([debianPackage]);
  }
  const stillMissing = TEST_SERVERS.filter(({ isThere }) => !isThere()).map(
    ({ debianPackage }) => debianPackage,
  );
  if (stillMissing.length === 0) return;
  writeFileSync(TRIED, `${stillMissing.join('\n')}\n`);
  say(`Not available here: ${stillMissing.join(', ')}. This is not tried again until ${TRIED} is removed.`);
}

function canUseApt() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

let updated = false;

async function aptUpdate() {
  if (!updated) updated = (await apt(['update'])) === 0;
  return updated;
}

async function aptInstall(packages) {
  return (await apt(['install', '--yes', '--no-install-recommends', ...packages])) === 0;
}

function apt(args) {
  return run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function hasPythonModule(name) {
  return ['/usr/bin/python3', 'python3'].some(
    (python) => spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0,
  );
}
