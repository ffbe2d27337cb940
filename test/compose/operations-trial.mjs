// Tries what docs/operations.md says for rarer occasions, as trial.mjs does the rest:
//
//   node test/compose/operations-trial.mjs [--only tls,api,plant,key,release] [--from FOLDER]
//        [--no-build] [--builder PROGRAM] [--keep] [--engine=podman] [a compose command …]
//
//   tls      an installation with TLS on the API and on three NATS nodes; a node is killed, another loses its volume
//   api      two containers of the API
//   plant    deploy/collector, with a device
//   key      the key of a collector is lost and replaced
//   release  an upgrade from the checkout in FOLDER, and one step back to it
//
// PROGRAM gets the folder of a checkout and makes its image, where `build` of the compose command does not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { certificates } from './certificates.mjs';
import { installation, until } from './installation.mjs';
import { demoRuns, goesOn, holdfast, removeAll, sessionOf } from './operator.mjs';
import {
  checkout,
  maintenanceSeed,
  runTrial,
  say,
  serviceOfNode,
  streamsOf,
  trialArguments,
  untilHealthy,
} from './trial-command.mjs';

const { values, composeCommand } = trialArguments({
  only: { type: 'string', default: 'tls,api,plant,key,release' },
  from: { type: 'string' },
  builder: { type: 'string' },
});
const project = 'holdfast-operations-trial';
const freePorts = { HOLDFAST_NATS_2_PORT: '', HOLDFAST_NATS_3_PORT: '' };
const withFiles = (files, settings = {}, folder = checkout) =>
  installation({
    ...{ compose: composeCommand, engine: values.engine, project, folder },
    settings: { COMPOSE_FILE: files.join(':'), ...freePorts, ...settings },
  });
const single = withFiles(['docker-compose.yml']);

const statusOf = (get, url, options = {}) =>
  new Promise((resolve, reject) => {
    get(url, { timeout: 5_000, ...options }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('timeout', reject)
      .on('error', reject);
  });

async function speaksTls(folder) {
  const files = await certificates(folder);
  const settings = { HOLDFAST_API_TLS: files.api, HOLDFAST_NATS_TLS: files.nats };
  const clusterFiles = ['docker-compose.yml', 'docker-compose.cluster.yml'];
  const secure = withFiles(clusterFiles, settings);
  await secure.compose('up', '--detach', '--no-build');
  const { id } = await demoRuns(secure);
  await goesOn(secure, id);
  say(`TLS on the API and on three nodes: the demo session ${id} runs`);
  const nodes = ['nats', 'nats-2', 'nats-3'];
  await untilHealthy(secure, 'api', 'supervisor', 'collector', 'writer', 'alarms', ...nodes);
  say('every container is healthy, the API by its check over HTTPS');

  const port = (await secure.compose('port', 'api', '8000')).trim().split(':').at(-1);
  assert.equal(await statusOf(getSecure, `https://localhost:${port}/health/ready`, { ca: files.ca }), 200);
  await assert.rejects(statusOf(getSecure, `https://localhost:${port}/health/ready`), /certificate/);
  await assert.rejects(statusOf(getPlain, `http://localhost:${port}/health/ready`));
  say('the API answers over HTTPS to who knows the authority, and not over HTTP');
  // To services NATS says first that TLS is needed; nodes shake hands at once.
  const script = `const net = require('node:net'), tls = require('node:tls'), ca = require('node:fs').readFileSync('/tls/nats-ca.pem');
    const [port, host] = process.argv.slice(1), say = (is) => { console.log(is); process.exit(0); };
    if (port === '6222') tls.connect({ port, host, servername: host, ca }, function () { say(this.authorized); });
    else net.connect(port, host).on('data', (d) => say(JSON.parse(String(d).split('\\r\\n')[0].slice(5)).tls_required));`;
  for (const node of nodes) {
    for (const asks of ['4222', '6222']) {
      assert.equal(await secure.inside('api', 'node', '-e', script, asks, node), 'true', `${node}:${asks}`);
    }
  }
  say('each node demands TLS of services and of the other nodes');

  const seed = await maintenanceSeed(secure, nodes);
  const tool = withFiles(clusterFiles, { ...settings, NATS_NKEY_SEED: seed });
  const areWhole = (when) =>
    until(`${when}: every stream is on three nodes`, async () =>
      (await streamsOf(tool)).every(({ copies }) => copies === '3/3'),
    );
  await areWhole('made new');
  const saved = await secure.compose('run', '--rm', '-T', 'backup', '--to', '/backups/trial');
  assert.match(saved, /^Saved in \/backups\/trial: /m);
  say('over TLS: the table of streams, and a backup');

  const before = await sessionOf(secure, id);
  const { leader } = (await streamsOf(tool)).find(({ name }) => name === 'SESSIONS');
  await secure.compose('kill', '--signal', 'SIGKILL', serviceOfNode(leader));
  const during = await goesOn(secure, id, new Date());
  assert.equal(during.epoch, before.epoch, 'the session was given out anew');
  await secure.compose('start', serviceOfNode(leader));
  await areWhole(`${leader} is back`);
  say(`kill -9 of ${leader}, which led SESSIONS: the same session goes on, epoch ${during.epoch}`);

  const victim = leader === 'nats-2' ? 'nats-3' : 'nats-2';
  const volume = `${project}_nats-node-${victim.at(-1)}`;
  await secure.compose('rm', '--stop', '--force', victim);
  await secure.engineOutput('volume', 'rm', volume);
  await secure.compose('up', '--detach', '--no-build', '--no-deps', victim);
  await areWhole(`${victim} has an empty store`);
  const after = await goesOn(secure, id);
  assert.equal(after.epoch, before.epoch);
  say(`${victim} lost its volume, and has copied every stream from the others; epoch ${after.epoch} still`);
  if (!values.keep) await removeAll(secure);
}

async function answersTwice() {
  await single.compose('up', '--detach', '--no-build');
  const { id } = await demoRuns(single);
  await single.compose('up', '--detach', '--no-build', '--no-recreate', '--scale', 'api=2');
  await until('two containers of the API are healthy', async () => {
    const containers = await single.inspect('api');
    return (
      containers.length === 2 && containers.every(({ State: state }) => state.Health?.Status === 'healthy')
    );
  });
  const key = await single.inside('api', 'cat', '/secrets/api/admin-key');
  const at = async (index) =>
    `http://${(await single.compose('port', '--index', String(index), 'api', '8000')).trim()}`;
  const [one, other] = [await at(1), await at(2)];
  assert.notEqual(one, other);
  const ask = async (url, method, path) => {
    const answer = await fetch(`${url}/api/acquisition/sessions/${id}/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(answer.status, 200, `${method} ${path}`);
    return answer.json();
  };
  for (let round = 0; round < 10; round += 1) {
    const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
    const change = round % 2 === 0 ? 'pause/' : 'resume/';
    const { status } = await ask(first, 'POST', change);
    await until(`the other one says ${status}`, async () => (await ask(second, 'GET', '')).status === status);
  }
  await goesOn(single, id);
  say('--scale api=2: what is commanded at one is seen at the other');
  const [victim] = await single.inspect('api');
  await single.engineOutput('kill', '--signal', 'KILL', victim.Id);
  const answering = await Promise.any([ask(one, 'GET', ''), ask(other, 'GET', '')]);
  assert.equal(answering.status, 'running');
  say('kill -9 of one of the two: the other one answers');
  await single.compose('up', '--detach', '--no-build');
  await goesOn(single, id);
}

/** docs/operations.md, "A collector in a plant network", with a network of containers for the plant's. */
async function readsAPlant(folder) {
  await single.compose('up', '--detach', '--no-build');
  const { id: demo } = await demoRuns(single);
  const identity = async (...args) => {
    const output = await single.compose(
      ...['run', '--rm', '-T', 'secrets', 'node', 'deploy/nats/identity.mjs', ...args],
    );
    await single.compose('kill', '--signal', 'HUP', 'nats');
    await single.compose('kill', '--signal', 'HUP', 'nats');
    return output.trim();
  };
  const seed = await identity('collector', 'hall-1', '--labels', 'network=hall-1');
  await copyFile(join(checkout, 'deploy/collector/docker-compose.yml'), join(folder, 'docker-compose.yml'));
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets/seed'), seed);
  await chmod(join(folder, 'secrets/seed'), 0o444);
  const hall = '10.211.57.0/24';
  await writeFile(
    join(folder, '.env'),
    `COLLECTOR_ID=hall-1\nNATS_URL=nats://nats:4222\nDEVICE_NETWORKS=${hall}\n`,
  );
  await writeFile(
    join(folder, 'networks.yml'),
    `services:
  collector: { networks: [backend, hall] }
  # A machine that no other one reaches.
  press:
    image: holdfast:local
    command: [node, simulator.mjs]
    environment: { SIMULATOR_HOST: 0.0.0.0, SIMULATOR_BASE_PORT: '5020', SIMULATOR_CONTROL_PORT: '5030' }
    networks: [hall]
networks:
  backend: { external: true, name: ${project}_backend }
  hall: { ipam: { config: [{ subnet: ${hall} }] } }
`,
  );
  const plant = installation({
    ...{ compose: composeCommand, engine: values.engine, project: `${project}-hall`, folder },
    settings: { COMPOSE_FILE: 'docker-compose.yml:networks.yml' },
  });
  try {
    await plant.compose('up', '--detach', '--no-build');
    await untilHealthy(plant, 'collector');
    const collectors = await holdfast(single, 'collectors', 'list');
    const there = collectors.find(({ id }) => id === 'hall-1');
    assert.deepEqual([there?.state, there?.labels], ['active', { network: 'hall-1' }]);
    say('deploy/collector: with a key of its own hall-1 is up and in the list');

    const create = async (kind, body) => (await single.post(`/api/config/${kind}/`, body)).id;
    const readInHall = async (task, { code, host, port }) => {
      const device = await create('devices', { code, host, port, unit_id: 1 });
      await create('points', {
        ...{ device_id: device, code: 'register-0', table: 'holding_register', address: 0 },
        data_type: 'int16',
      });
      await create('tasks', {
        ...{ code: task, name: task, period_ms: 1_000, device_ids: [device] },
        required_labels: { network: 'hall-1' },
      });
    };
    await readInHall('hall', { code: 'hall-press', host: 'press', port: 5020 });
    const tested = await holdfast(single, 'devices', 'test', 'hall-press');
    assert.deepEqual([tested.status, tested.collector_id], ['ok', 'hall-1']);
    const started = await holdfast(single, 'sessions', 'start', 'hall');
    const session = await goesOn(single, started.session_id);
    assert.equal(session.collector_id, 'hall-1');
    say('its device is tested through it, and the session that requires its label runs there');
    // The API is on a network of the collector, but is no device.
    await readInHall('no-hall', { code: 'no-device', host: 'api', port: 8000 });
    const refused = await single.inside('api', 'sh', '-c', 'holdfast devices test no-device --json || true');
    assert.match(refused, /DEVICE_NETWORKS/);
    say('DEVICE_NETWORKS keeps it from what is no device');

    await plant.compose('stop', '--timeout', '60');
    const waiting = await until('nobody else takes the session', async () => {
      const { placement } = await sessionOf(single, started.session_id);
      return placement.state === 'waiting' && placement;
    });
    say(`it ends: the session waits (${waiting.detail})`);
    await plant.compose('start');
    await goesOn(single, started.session_id);
    await goesOn(single, demo);
    say('it is back, and the session goes on');
    await changesItsKey({
      identity,
      plant,
      seedFile: join(folder, 'secrets/seed'),
      session: started.session_id,
    });
    await goesOn(single, demo);
    await holdfast(single, 'sessions', 'stop', started.session_id);
  } finally {
    if (!values.keep) await plant.compose('down', '--volumes', '--timeout', '60');
  }
}

/** Changes the key of a running collector: other rights, revoked, a trusted one, and an account of its own for that. */
async function changesItsKey({ identity, plant, seedFile, session }) {
  const isListedWith = (labels) =>
    until(`hall-1 has ${JSON.stringify(labels)}`, async () => {
      const collectors = await holdfast(single, 'collectors', 'list');
      const { state, labels: has } = collectors.find(({ id }) => id === 'hall-1');
      assert.deepEqual([state, has], ['active', labels]);
      return true;
    });
  await identity('change', 'hall-1', '--labels', 'network=hall-1,line=2');
  await isListedWith({ network: 'hall-1', line: '2' });
  say('identity.mjs change: it is given other labels');
  await identity('revoke', 'hall-1');
  await until(
    'the session waits',
    async () => (await sessionOf(single, session)).placement.state === 'waiting',
  );
  say('identity.mjs revoke: it has lost its work');
  const trusted = await identity('collector', 'hall-1', '--trusted');
  await rm(seedFile);
  await writeFile(seedFile, trusted, { mode: 0o444 });
  await plant.compose('restart', '--timeout', '60', 'collector');
  await until('it is there, with the labels that it says it has', async () =>
    (await holdfast(single, 'collectors', 'list')).some(
      ({ id, state }) => id === 'hall-1' && state === 'active',
    ),
  );
  await identity('isolate', 'hall-1', '--labels', 'network=hall-1');
  await isListedWith({ network: 'hall-1' });
  const { collector_id: holder } = await goesOn(single, session);
  assert.equal(holder, 'hall-1');
  say('identity.mjs isolate: a trusted one that runs has an account of its own from then on, and reads on');
}

async function losesAKey() {
  const withKeys = withFiles(['docker-compose.yml', 'docker-compose.collectors.yml']);
  await withKeys.compose('up', '--detach', '--no-build', '--remove-orphans');
  await withKeys.compose('kill', '--signal', 'HUP', 'nats');
  await withKeys.compose('kill', '--signal', 'HUP', 'nats');
  const { id } = await demoRuns(withKeys);
  await until('a collector with a key of its own holds the session', async () =>
    (await sessionOf(withKeys, id)).collector_id?.startsWith('collector-'),
  );
  await withKeys.compose('rm', '--stop', '--force', 'collector-a', 'secrets');
  await withKeys.engineOutput('volume', 'rm', `${project}_nats-collector-a`);
  await goesOn(withKeys, id);
  await assert.rejects(withKeys.compose('up', '--detach', '--no-build'));
  const logs = await withKeys.compose('logs', '--no-color', 'secrets');
  assert.match(logs, /Collector collector-a has an identity with another key/);
  await goesOn(withKeys, id);
  say(
    'the key of collector-a is lost: the next start refuses and says why; the session is with the other one',
  );
  await withKeys.compose(
    ...['run', '--rm', 'secrets', 'node', 'deploy/nats/identity.mjs', 'revoke', 'collector-a'],
  );
  await withKeys.compose('up', '--detach', '--no-build');
  await withKeys.compose('kill', '--signal', 'HUP', 'nats');
  await withKeys.compose('kill', '--signal', 'HUP', 'nats');
  await untilHealthy(withKeys, 'collector-a', 'collector-b');
  // Its new key lets it do all that it has to: hold a session.
  await withKeys.compose('stop', '--timeout', '60', 'collector-b');
  await until('collector-a holds the session', async () => {
    const { collector_id } = await sessionOf(withKeys, id);
    return collector_id === 'collector-a';
  });
  await goesOn(withKeys, id);
  say('with a new key, collector-a takes the session over');
}

const build = async (at, folder) =>
  values.builder === undefined
    ? at.compose('build')
    : promisify(execFile)('bash', ['-c', `${values.builder} "$0"`, folder]);

/** The image has one name, so each of the two releases is built right before its turn. */
async function goesBackOneRelease() {
  const former = withFiles(['docker-compose.yml'], {}, values.from);
  await build(former, values.from);
  await former.compose('up', '--detach', '--no-build');
  const { id } = await demoRuns(former);
  await goesOn(former, id);
  const types = async (at) => (await holdfast(at, 'sessions', 'events', id)).map(({ type }) => type);
  say(`the release before: the demo session ${id} runs`);
  await build(single, checkout);
  await single.compose('up', '--detach', '--no-build');
  await goesOn(single, id);
  await untilHealthy(single, 'api', 'supervisor', 'collector', 'writer', 'alarms', 'nats');
  say('upgraded: the same session goes on');
  await single.post('/api/config/sites/', { code: 'made-after-the-upgrade' });
  await build(former, values.from);
  await former.compose('up', '--detach', '--no-build');
  await goesOn(former, id);
  await untilHealthy(former, 'api', 'supervisor', 'collector', 'writer', 'alarms', 'nats');
  const sites = (await former.get('/api/config/sites/?limit=100')).results.map(({ code }) => code);
  assert.ok(sites.includes('made-after-the-upgrade'));
  say('one step back: the same session goes on, and what was configured meanwhile is there');
  await former.post(`/api/acquisition/sessions/${id}/pause/`);
  await former.post(`/api/acquisition/sessions/${id}/resume/`);
  await goesOn(former, id);
  await build(single, checkout);
  await single.compose('up', '--detach', '--no-build');
  await goesOn(single, id);
  const lifecycle = (await types(single)).filter((type) => !/assigned|released/.test(type));
  assert.deepEqual(lifecycle, ['session.started', 'session.paused', 'session.resumed']);
  say('and forward again: every event of both releases is read');
}

const scratch = await mkdtemp(join(tmpdir(), 'holdfast-trial-'));
await chmod(scratch, 0o755);
const folderFor = async (name) => {
  await mkdir(join(scratch, name));
  return join(scratch, name);
};
const parts = {
  tls: async () => speaksTls(await folderFor('tls')),
  api: answersTwice,
  plant: async () => readsAPlant(await folderFor('plant')),
  key: losesAKey,
  release: async () => {
    if (values.from === undefined)
      return console.log('-- release: needs --from FOLDER with a checkout of the one before');
    await removeAll(single);
    await goesBackOneRelease();
  },
};
await runTrial(
  async () => {
    assert.deepEqual(await single.inspect(), [], 'there is a trial already: remove it with `down --volumes`');
    if (!values['no-build']) await build(single, checkout);
    for (const name of values.only.split(',')) {
      assert.ok(parts[name], `there is no part ${name}`);
      await parts[name]();
    }
  },
  async () => {
    if (!values.keep) {
      await removeAll(
        withFiles(['docker-compose.yml', 'docker-compose.cluster.yml', 'docker-compose.collectors.yml']),
      );
    }
    await rm(scratch, { recursive: true, force: true });
  },
);
