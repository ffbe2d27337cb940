import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { until } from './installation.mjs';

/** Where this file and docker-compose.yml come from. */
export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The arguments of a trial: the options that all have and its own, then a compose command.
 *
 * @param {import('node:util').ParseArgsConfig['options']} [own]
 */
export function trialArguments(own = {}) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'docker' },
      'no-build': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      ...own,
    },
  });
  return { values, composeCommand: positionals.length > 0 ? positionals : ['docker', 'compose'] };
}

let passed = 0;
let lineBegan = performance.now();

/** Prints a line for something that was seen to hold, with how long that took. */
export function say(text) {
  const seconds = ((performance.now() - lineBegan) / 1000).toFixed(1);
  passed += 1;
  console.log(`ok ${String(passed).padStart(2)} ${seconds.padStart(6)} s  ${text}`);
  lineBegan = performance.now();
}

/**
 * Carries a trial out and ends it with a line that counts.
 *
 * @param {() => Promise<void>} trial
 * @param {() => Promise<unknown>} cleanUp however it ended
 */
export async function runTrial(trial, cleanUp) {
  try {
    await trial();
    console.log(`${passed} passed, 0 failed`);
  } catch (error) {
    console.error(error);
    console.log(`${passed} passed, 1 failed`);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

/** @param {() => Promise<{ status: string }[]>} activeSessions the only one of which is the demo's */
export const untilDemoRuns = (activeSessions) =>
  until('the demo session runs', async () => {
    const [only, ...others] = await activeSessions();
    assert.deepEqual(others, []);
    return only?.status === 'running' && only;
  });

/** Waits until every container of the services is there and says that it is healthy. */
export const untilHealthy = (at, ...services) =>
  until(`healthy: ${services.join(', ')}`, async () => {
    const containers = await at.inspect(...services);
    return (
      containers.length >= services.length &&
      containers.every(({ State: state }) => state.Running && state.Health?.Status === 'healthy')
    );
  });

/**
 * Runs the service `streams` with a key for maintenance: it prints each stream's name, on how many nodes of how many it
 * is, and which node leads. The key is passed on by name, so that no command line shows it.
 */
export function runStreams(at, ...options) {
  return at.compose(...['run', '--rm', '-T', '--no-deps', '-e', 'NATS_NKEY_SEED', 'streams', ...options]);
}

export async function streamsOf(at) {
  const output = await runStreams(at);
  const rows = output.split('\n').filter((line) => /\d\/\d/.test(line));
  assert.ok(rows.length > 10, output);
  return rows.map((row) => {
    const [name, , , , copies, leader] = row.trim().split(/ +/);
    return { name, copies, leader };
  });
}

/** Makes the key that maintains streams, and gives it to the nodes. @returns its seed */
export async function maintenanceSeed(at, nodes) {
  const output = await at.compose(
    ...['run', '--rm', '-T', 'secrets', 'node', 'deploy/nats/identity.mjs', 'maintenance'],
  );
  await at.compose('kill', '--signal', 'HUP', ...nodes);
  return output.trim();
}

/** The service that runs a node, by the name of the node. */
export const serviceOfNode = (node) => (node === 'nats-1' ? 'nats' : node);
