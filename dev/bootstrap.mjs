// The entry of `npm start`, `npm test`, `npm run bench` and `npm run check`. Plain JavaScript that runs on the machine's own
// Node (20 or later) and on nothing else, because on a fresh clone nothing else is there: it installs the packages, among
// them the Node that the services need, makes sure of the servers, and then becomes a relay for the real program.
// Its own messages go to stderr: stdout belongs to the program. It never asks anything.

import { join } from 'node:path';
import { checks } from './setup/checks.mjs';
import { builtProgram } from './setup/dist.mjs';
import { SetupError, say } from './setup/messages.mjs';
import { pathOfTests } from './setup/nats-server/path-of-tests.mjs';
import {
  requireNatsServer,
  requireOldestNatsServer,
  requirePinnedNatsServer,
} from './setup/nats-server/require-nats-server.mjs';
import { OLDEST_TESTED } from './setup/nats-server/versions.mjs';
import { installPackages, PNPM, projectNode } from './setup/packages.mjs';
import { requireBuild } from './setup/require-build.mjs';
import { ROOT } from './setup/root.mjs';
import { run, runAtOnce, stopRequested } from './setup/run.mjs';
import { requireTestPeers } from './setup/test-peers/require-peers.mjs';

const OLDEST_NODE = 20;
// Peers come first: one of them may be the Go that builds the broker.
const forTests = [requireTestPeers, requirePinnedNatsServer];

/** Runs the test files of a kind; vitest.config.ts has the kinds. */
function tests(kind, ...args) {
  return [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', kind, ...args];
}

const programs = {
  start: {
    servers: [requireNatsServer, requireBuild],
    commands: (args) => [
      // What is watched is the sources.
      args.includes('--watch')
        ? [join(ROOT, 'dev/src/main.ts'), ...args]
        : [builtProgram('launcher'), ...args],
    ],
  },
  build: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/build/main.ts'), ...args]],
  },
  dev: {
    servers: [requireNatsServer],
    commands: (args) => [[join(ROOT, 'dev/src/main.ts'), '--watch', ...args]],
  },
  test: {
    servers: forTests,
    commands: (args) => [tests('!slow', ...args)],
  },
  // Tests that pass here pass on any machine: one that measures an instant fails.
  'test:loaded': {
    servers: forTests,
    commands: (args) => [[join(ROOT, 'dev/src/loaded/main.ts'), ...tests('!slow', ...args)]],
  },
  bench: {
    servers: [requireNatsServer, requireBuild],
    commands: (args) => [[join(ROOT, 'bench/src/main.ts'), ...args]],
  },
  check: { servers: [], commands: checks, areAtOnce: true },
  verify: {
    servers: [],
    commands: (args) => [[join(ROOT, 'test/verify/main.ts'), ...args]],
  },
  'test:slow': {
    servers: forTests,
    commands: (args) => [tests('slow', ...args)],
  },
  // The tests of the broker's own behaviour, on the oldest allowed broker.
  'test:oldest-broker': {
    servers: [requireTestPeers, requireOldestNatsServer],
    env: { TEST_NATS_SERVER: OLDEST_TESTED },
    commands: (args) => [
      tests(
        '!core',
        'packages/shared',
        'test/identities',
        'end-to-end/recovery',
        'end-to-end/ownership',
        ...args,
      ),
    ],
  },
  'test:faults': {
    servers: [requirePinnedNatsServer, requireBuild],
    env: { PATH: pathOfTests() },
    commands: (args) => [[join(ROOT, 'test/faults/main.ts'), ...args]],
  },
  'test:cluster': {
    servers: [requirePinnedNatsServer, requireBuild],
    env: { PATH: pathOfTests() },
    commands: (args) => [[join(ROOT, 'test/cluster-trial/main.ts'), ...args]],
  },
  // Takes the pictures of the documents from a running factory.
  picture: {
    servers: [requireNatsServer, requireBuild],
    commands: (args) => [[join(ROOT, 'test/console/picture/main.ts'), ...args]],
  },
  // Writes docs/reference from the code.
  reference: {
    servers: [],
    commands: (args) => [[join(ROOT, 'test/reference/main.ts'), ...args]],
  },
  audit: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/supply-chain/audit.ts'), PNPM, ...args]],
  },
  licences: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/supply-chain/licences.ts'), ...args]],
  },
  sbom: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/supply-chain/sbom.ts'), PNPM, ...args]],
  },
  console: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/console/main.ts'), ...args]],
  },
  simulator: {
    servers: [],
    commands: (args) => [[join(ROOT, 'simulators/plant/src/cli.ts'), ...args]],
  },
  backup: {
    servers: [],
    commands: (args) => [[join(ROOT, 'dev/src/backup.ts'), 'backup', ...args]],
  },
  restore: {
    // Another installation brings its own.
    servers: process.env.NATS_URL || process.env.NATS_URL_FILE ? [] : [requireNatsServer],
    commands: (args) => [[join(ROOT, 'dev/src/backup.ts'), 'restore', ...args]],
  },
  // For CI: makes everything ready that `test` needs, and runs nothing.
  prepare: { servers: forTests, commands: () => [] },
};

async function main([what, ...args]) {
  const program = Object.hasOwn(programs, what ?? '') ? programs[what] : undefined;
  if (program === undefined) {
    throw new SetupError(`Usage: node dev/bootstrap.mjs ${Object.keys(programs).join(' | ')} [arguments]`);
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new SetupError(
      `Node ${process.versions.node} is too old to set Holdfast up: ${OLDEST_NODE} or later is needed. ` +
        'Get it from https://nodejs.org/ (the Node that the services run on is then installed with the packages).',
    );
  }
  await installPackages();
  for (const server of program.servers) await server();
  // All commands run even if one fails, so that every fault is seen at once.
  const commands = program.commands(args);
  if (program.areAtOnce) return (await runAtOnce(projectNode(), commands)).find(Boolean) ?? 0;
  let worst = 0;
  for (const command of commands) {
    if (stopRequested()) break;
    const code = await run(projectNode(), command, { stdout: 'inherit', env: program.env });
    if (worst === 0) worst = code;
  }
  return worst;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
