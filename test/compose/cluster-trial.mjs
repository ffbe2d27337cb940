// Tries docker-compose.cluster.yml and docker-compose.collectors.yml for real, as trial.mjs does docker-compose.yml:
//
//   node test/compose/cluster-trial.mjs [--no-build] [--keep] [--engine=podman] [a compose command …]
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installation, until } from './installation.mjs';
import {
  checkout,
  maintenanceSeed,
  runStreams,
  runTrial,
  say,
  serviceOfNode,
  streamsOf,
  trialArguments,
  untilDemoRuns,
} from './trial-command.mjs';

const run = promisify(execFile);
const { values, composeCommand } = trialArguments();
const project = 'holdfast-cluster-trial';
const nodes = ['nats', 'nats-2', 'nats-3'];
const freePorts = { HOLDFAST_NATS_2_PORT: '', HOLDFAST_NATS_3_PORT: '' };
const withFiles = (files, settings = {}) =>
  installation({
    ...{ compose: composeCommand, engine: values.engine, folder: checkout },
    project,
    settings: { COMPOSE_FILE: files.join(':'), ...freePorts, ...settings },
  });
const clusterFiles = ['docker-compose.yml', 'docker-compose.cluster.yml'];
const cluster = withFiles(clusterFiles);
const withKeys = withFiles([...clusterFiles, 'docker-compose.collectors.yml'], {
  HOLDFAST_NATS_URL: nodes.map((node) => `nats://${node}:4222`).join(','),
});
const point = 'barrel_zone_1_temperature';
const periodMs = 1_000;

function goesOn(id, since) {
  return until(`session ${id} goes on after ${since.toISOString()}`, async () => {
    const session = await cluster.session(id);
    assert.equal(session.status, 'running');
    return (await cluster.history(point, since)).some(({ time }) => new Date(time) > since) && session;
  });
}

/** Each tick from `from` to `to` is in the database. */
function isComplete(from, to) {
  return until(`every reading from ${from.toISOString()} to ${to.toISOString()}`, async () => {
    const times = new Set((await cluster.history(point, from, to)).map(({ time }) => Date.parse(time)));
    let ticks = 0;
    for (let time = Math.ceil(from.getTime() / periodMs) * periodMs; time <= to.getTime(); time += periodMs) {
      assert.ok(times.has(time), `${new Date(time).toISOString()} is missing`);
      ticks += 1;
    }
    return ticks;
  });
}

const asMaintenance = (seed) => withFiles(clusterFiles, { NATS_NKEY_SEED: seed });
const streams = (seed) => streamsOf(asMaintenance(seed));

async function begins() {
  if (!values['no-build']) await cluster.compose('build');
  await cluster.compose('up', '--detach', '--no-build');
  const session = await untilDemoRuns(cluster.activeSessions);
  await goesOn(session.id, new Date(session.started_at));
  say(`up: three nodes, and the demo session ${session.id} runs`);
  return { id: session.id, seed: await maintenanceSeed(cluster, nodes) };
}

async function hasThreeOfEverything(seed, what) {
  const rows = await until(`${what}: every stream is on three nodes`, async () => {
    const streamList = await streams(seed);
    assert.deepEqual(
      streamList.filter(({ copies }) => copies !== '3/3'),
      [],
    );
    return streamList;
  });
  say(`${what}: ${rows.length} streams and buckets are on three nodes each`);
  return rows;
}

async function isClosedToStrangers() {
  const script = `const s = require('node:net').connect(6222, 'nats');
    s.on('data', (d) => { if (String(d).startsWith('INFO')) s.write('CONNECT {"user":"route","pass":"wrong","verbose":false}\\r\\nPING\\r\\n');
      else if (String(d).includes('Authorization')) process.exit(0); });
    s.on('close', () => process.exit(0)); setTimeout(() => process.exit(1), 10000);`;
  await cluster.inside('api', 'node', '-e', script);
  say('a route without the password is refused');
}

async function losesOne(id, seed) {
  const before = await cluster.session(id);
  const { leader } = (await streams(seed)).find(({ name }) => name === 'SESSIONS');
  const victim = serviceOfNode(leader);
  const lost = new Date();
  await cluster.compose('kill', '--signal', 'SIGKILL', victim);
  const during = await goesOn(id, new Date());
  assert.equal(during.epoch, before.epoch, 'the session was given out anew');
  say(`kill -9 of ${leader}, which led SESSIONS: the same session goes on, epoch ${during.epoch}`);

  const post = (what) =>
    until(`${what} is answered`, () =>
      cluster.post(`/api/acquisition/sessions/${id}/${what}/`, { reason: 'trial' }),
    );
  await pause(10_000);
  const whole = await isComplete(lost, new Date());
  say(`not one of ${whole} readings is missing since`);
  await post('pause');
  await post('resume');
  await goesOn(id, new Date());
  say('with two nodes of three the session is paused and resumed');
  await cluster.compose('start', victim);
  await hasThreeOfEverything(seed, `${leader} is back`);
}

async function changesSizes(id, seed) {
  const before = await cluster.session(id);
  // Podman forgets the exit code of a container that it removes.
  const container = `${project}-refused`;
  const refused = ['run', '-T', '--name', container, '--no-deps', '-e', 'NATS_NKEY_SEED', 'streams'];
  try {
    await assert.rejects(
      asMaintenance(seed).compose(...refused, '--replicas', '4'),
      /NATS refuses to have SESSIONS kept on 4 nodes/,
    );
  } finally {
    await run(values.engine, ['rm', '--force', container]);
  }
  // The streams have three copies already: the command says so and changes nothing. Raising is tested in test/cluster.
  await runStreams(asMaintenance(seed), '--replicas', '3');
  await runStreams(asMaintenance(seed), '--max-bytes', 'SAMPLES=6GiB');
  await hasThreeOfEverything(seed, 'SAMPLES has more room');
  assert.equal((await goesOn(id, new Date())).epoch, before.epoch);
  say('the session went on meanwhile, under the same epoch');
}

async function isRestartedNodeByNode(id, seed) {
  const before = await goesOn(id, new Date());
  const began = new Date();
  for (const node of nodes) {
    await cluster.compose('restart', '--timeout', '60', node);
    await until(`every stream is on three nodes after the restart of ${node}`, async () =>
      (await streams(seed)).every(({ copies }) => copies === '3/3'),
    );
  }
  const after = await goesOn(id, new Date());
  assert.equal(after.epoch, before.epoch);
  const ticks = await isComplete(began, new Date(Date.now() - 2 * periodMs));
  say(`restarted node by node: the same session, epoch ${after.epoch}, all of ${ticks} readings are there`);
}

async function takesCollectorsWithKeys(id) {
  await withKeys.compose('up', '--detach', '--no-build', '--remove-orphans');
  // The nodes have to read their configuration again, twice; only the first one was recreated.
  await withKeys.compose('kill', '--signal', 'HUP', ...nodes);
  await withKeys.compose('kill', '--signal', 'HUP', ...nodes);
  const held = await until('a collector with a key of its own holds the session', async () => {
    const session = await cluster.session(id);
    return session.collector_id?.startsWith('collector-') && session;
  });
  await goesOn(id, new Date());
  assert.deepEqual(await withKeys.inspect('collector'), []);
  say(
    `collectors with keys of their own: ${held.collector_id} has the session, and no other collector is left`,
  );

  const other = held.collector_id === 'collector-a' ? 'collector-b' : 'collector-a';
  const script = `const { connectNats } = await import('/app/deploy/nats/connection.mjs');
    const { readFileSync } = await import('node:fs');
    const log = { info() {}, warn() {}, error() {} };
    const { nc } = await connectNats({ url: process.env.NATS_URL, nkeySeed: readFileSync('/secrets/nats/seed', 'utf8').trim(), name: 'collector-${other}', log });
    const ask = (who) => nc.request('$JS.API.CONSUMER.INFO.ASSIGNMENTS.collector-' + who, '', { timeout: 3000 }).then((m) => m.json().error?.code ?? 'answered', (e) => e.cause?.name ?? e.name);
    console.log(await ask('${other}'), await ask('${held.collector_id}'));
    process.exit(0);`;
  const output = await withKeys.inside(other, 'node', '--input-type=module', '-e', script);
  assert.equal(output.split('\n').at(-1), 'answered PermissionViolationError');
  say(`${other} may ask for its own work and not for that of ${held.collector_id}`);

  await withKeys.compose('up', '--detach', '--no-build', '--force-recreate', '--no-deps', held.collector_id);
  const again = await goesOn(id, new Date());
  say(
    again.collector_id === held.collector_id
      ? `a new container under the name ${held.collector_id} has its session back, epoch ${held.epoch} → ${again.epoch}`
      : `${again.collector_id} took over from the container that was made anew, epoch ${held.epoch} → ${again.epoch}`,
  );
  await withKeys.compose('kill', '--signal', 'SIGKILL', again.collector_id);
  const moved = await until('the other one holds the session', async () => {
    const session = await cluster.session(id);
    return session.collector_id !== null && session.collector_id !== again.collector_id && session;
  });
  await goesOn(id, new Date());
  say(
    `kill -9 of ${again.collector_id}: ${moved.collector_id} goes on, epoch ${again.epoch} → ${moved.epoch}`,
  );
}

await runTrial(
  async () => {
    assert.deepEqual(
      await cluster.inspect(),
      [],
      'there is a trial already: remove it with `down --volumes`',
    );
    const { id, seed } = await begins();
    await hasThreeOfEverything(seed, 'made new');
    await isClosedToStrangers();
    await changesSizes(id, seed);
    await losesOne(id, seed);
    await isRestartedNodeByNode(id, seed);
    await takesCollectorsWithKeys(id);
  },
  async () => values.keep || withKeys.compose('down', '--volumes', '--remove-orphans', '--timeout', '60'),
);
