import { join } from 'node:path';
import { setupConfig } from '../config.mjs';
import { SetupError, say } from '../messages.mjs';
import { TOOLS } from '../tools-folder.mjs';
import { natsServerFolder, versionOfNatsServer } from './find-nats-server.mjs';
import { fromApt } from './from-apt.mjs';
import { fromArchive } from './from-archive.mjs';
import { fromGo } from './from-go.mjs';
import { copyFromPath, fromPath } from './from-path.mjs';
import { ARCHIVE_SUMS, OLDEST, OLDEST_TESTED, PINNED } from './versions.mjs';

/** Folder, sums and patience of this checkout; tests of the set-up pass others. */
const HERE = {
  tools: TOOLS,
  sums: ARCHIVE_SUMS,
  // The most time that a silent network costs in all. A build server waits longer, because it would fail.
  patienceMs: setupConfig().CI ? 120_000 : 10_000,
};

const PATH = { name: 'on the PATH', obtain: fromPath };
const SAME_ON_PATH = { name: 'on the PATH', obtain: copyFromPath };
const APT = { name: 'by apt-get', obtain: fromApt };
const GO = { name: 'by go install', obtain: fromGo };
const ARCHIVE = { name: 'as the makers’ archive', obtain: fromArchive };

/** Makes sure of a nats-server that is new enough, from the PATH or elsewhere, because there is no npm package of it. */
export async function requireNatsServer(place = HERE) {
  const failures = await firstThatWorks([PATH, APT, GO, ARCHIVE], { ...place, version: PINNED });
  if (failures !== undefined)
    throw new SetupError(`${headline(OLDEST)} or later:\n${listed(failures)}\n${wayOut(place)}`);
}

/**
 * Makes sure of the pinned version for tests, whichever the PATH has. Where it cannot be had, tests run on any version
 * that is new enough, except on a build server.
 */
export async function requirePinnedNatsServer(place = HERE) {
  const failures = await exactly(PINNED, [SAME_ON_PATH, GO, ARCHIVE], place);
  if (failures === undefined) return;
  const others = setupConfig().CI ? [] : [PATH, APT];
  const moreFailures = await firstThatWorks(others, { ...place, version: PINNED });
  if (others.length > 0 && moreFailures === undefined) {
    say(`The tests run on the nats-server that is there, not on ${PINNED}:\n${listed(failures)}`);
    return;
  }
  throw new SetupError(
    `${headline(PINNED)}:\n${listed([...failures, ...(moreFailures ?? [])])}\n${wayOut(place)}`,
  );
}

/** Makes sure of the oldest allowed version for tests, as its makers built it with a Go of its time. */
export async function requireOldestNatsServer(place = HERE) {
  const failures = await exactly(OLDEST_TESTED, [SAME_ON_PATH, GO], place);
  if (failures !== undefined) throw new SetupError(`${headline(OLDEST_TESTED)}:\n${listed(failures)}`);
}

async function exactly(version, ways, place) {
  const program = join(natsServerFolder(version, place.tools), 'nats-server');
  if ((await versionOfNatsServer(program)) === version) return undefined;
  return firstThatWorks(ways, { ...place, version });
}

/** Tries the ways in order. @returns undefined when one worked, otherwise why each of them did not */
async function firstThatWorks(ways, { patienceMs, ...place }) {
  const failures = [];
  let leftMs = patienceMs;
  for (const [index, { name, obtain }] of ways.entries()) {
    const shareMs = leftMs / (ways.length - index);
    const startedAt = performance.now();
    const why = await obtain({ ...place, patienceMs: shareMs, say });
    if (why === undefined) return undefined;
    leftMs -= Math.min(shareMs, performance.now() - startedAt);
    failures.push(`${name}: ${why}`);
    say(`No nats-server ${name}: ${why}.`);
  }
  return failures;
}

function headline(version) {
  return `There is no nats-server ${version}`;
}

function listed(failures) {
  return failures.map((each) => `  ${each}`).join('\n');
}

function wayOut({ tools }) {
  return (
    'Install one ("brew install nats-server" on macOS), put a binary from https://nats.io/download/ on the PATH, or set ' +
    `NATS_SERVER_DOWNLOAD to a mirror of the makers’ releases (docs/reference/settings.md). What is downloaded goes to ${tools}.`
  );
}
