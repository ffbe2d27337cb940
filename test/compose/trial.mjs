// Tries docker-compose.yml for real; each line that it prints is something that was seen to hold.
//
//   node test/compose/trial.mjs                                builds, and tries with `docker compose`
//   node test/compose/trial.mjs --no-build                     with the image that is there
//   node test/compose/trial.mjs --engine=podman podman compose another compose command, and its engine
//   node test/compose/trial.mjs --only faults                  a part of it: faults (restarts, kills, no broker), or life (scaling,
//                                                              down and up, backup, stop)
//
// It runs as a project of its own on free ports and removes it, volumes included, at the end (`--keep` leaves it).
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { installation, until } from './installation.mjs';
import { triedOldManual } from './old-manual.mjs';
import { setUpFacts } from './set-up-facts.mjs';
import { checkout, runTrial, say, trialArguments, untilDemoRuns, untilHealthy } from './trial-command.mjs';

const { values, composeCommand } = trialArguments({ only: { type: 'string', default: 'faults,life' } });
const where = {
  ...{ compose: composeCommand, engine: values.engine, project: 'holdfast-trial', folder: checkout },
};
const holdfast = installation(where);
const { compose, inspect, inside } = holdfast;
const up = (...args) => compose('up', '--detach', '--no-build', ...args);

const ours = ['api', 'supervisor', 'collector', 'writer', 'alarms', 'simulator'];
const servers = ['nats', 'postgres', 'influxdb'];
const manual = triedOldManual(holdfast, composeCommand, {
  COMPOSE_PROJECT_NAME: where.project,
  HOLDFAST_API_PORT: '',
  HOLDFAST_NATS_PORT: '',
});
const facts = setUpFacts(holdfast, { ours, servers });
const point = 'barrel_zone_1_temperature';
const task = 'workshop-1';
const periodMs = 1_000;
/** The least time for which a collector may poll on without the broker: its lease less the age of its last renewal. */
const pollsOnMs = 7_000;
/** Time within which a reading is on the collector's disk when the broker does not take it. */
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

/** The session goes on under a new epoch; an API that has just been started may know it later than the values. */
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
  const jobs = await inspect('secrets', 'postgres-roles', 'influxdb-tokens', 'demo');
  assert.deepEqual(
    jobs.map(({ State: state }) => state.ExitCode),
    [0, 0, 0, 0],
  );
  say('up: all one-shot jobs have ended well');
  await showsTheConsole();
  return session.id;
}

/** The image has what its build stage made: the page at `/`, what it loads, and whose code that is. */
async function showsTheConsole() {
  const start = await fetch(await holdfast.apiUrl());
  assert.equal(start.status, 200);
  const page = new URL(start.url);
  assert.equal(page.pathname, '/console/');
  const text = await start.text();
  const [, base] = /<base href="([^"]+)"/.exec(text) ?? [];
  const assets = [...text.matchAll(/(?:src|href)="([^"]*assets[^"]+)"/g)].map(([, path]) => path);
  assert.ok(assets.length > 0, 'the page names no file of the console');
  for (const path of assets) {
    const { status } = await fetch(new URL(path, new URL(base ?? './', page)));
    assert.equal(status, 200, path);
  }
  const licences = await (await fetch(new URL('licences.json', page))).json();
  const react = licences.find(({ name }) => name === 'react');
  assert.ok(react?.text.includes('MIT'), 'the licence of react is not there');
  say(`up: the console is served at /, with ${assets.length} files and ${licences.length} licences`);
}

const oneByOne = [...servers, 'api', 'supervisor', 'alarms', 'writer', 'simulator', 'collector'];

async function outlivesRestartsOneByOne(id) {
  for (const service of oneByOne) {
    const before = await holdfast.session(id);
    // Not every engine applies the file's grace period to a restart when none is named.
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
    if (service === 'collector') await assertLeaseNotWaitedFor(before);
  }
  const before = await holdfast.session(id);
  await compose('kill', '--signal', 'SIGKILL', ...oneByOne);
  await up();
  const epochs = await goesOnSince(before, ...oneByOne);
  say(`kill -9 of all at once, then up: the same session goes on, ${epochs}`);
}

/** The same container proved its predecessor dead: its epoch stayed, and no lease was waited for. */
async function assertLeaseNotWaitedFor(before) {
  const leaseMs = 10_000;
  const after = await holdfast.session(before.id);
  assert.equal(after.epoch, before.epoch, 'the session was placed again');
  const values = await holdfast.history(point, new Date(Date.now() - 60_000));
  const times = values.map(({ time }) => new Date(time).getTime()).sort((a, b) => a - b);
  const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]));
  assert.ok(longest < leaseMs, `nothing was read for ${longest} ms: the lease was waited for`);
  say(`kill -9 of the collector: nothing was read for ${longest / 1000} s, less than its lease`);
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
  // A program inside ends with the container, so its own end shows nothing.
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
  const sampleCount = await until('the spool is empty', async () => {
    const files = await inside('collector', 'find', '/spool', '-name', '*.segment');
    return files === '' && 'nothing';
  });
  say(
    `nats away for 20 s: the ${ticks} readings until the lease ended are there, ${sampleCount} is left in the spool`,
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
  // A busy machine may kill the collector late, but it has not read beyond its lease.
  const to = Math.min(killed.getTime() - spooledWithinMs, away.getTime() + pollsOnMs);
  const ticks = await isComplete(away, new Date(to));
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

async function outlivesDownAndUp(id, { seedOfApi }) {
  const before = await holdfast.session(id);
  const began = new Date(before.started_at);
  const rows = await holdfast.history(point, began);
  await compose('down');
  assert.deepEqual(await inspect(), []);
  await up();
  const after = await goesOnAnew(before);
  say(`down and up: the same session goes on with new containers, epoch ${before.epoch} → ${after.epoch}`);
  const again = await holdfast.history(point, began);
  const times = new Set(again.map(({ time }) => time));
  assert.ok(rows.length > 0 && rows.every(({ time }) => times.has(time)));
  assert.equal(await inside('api', 'cat', '/secrets/nats/seed'), seedOfApi);
  const [demo] = await until('the demo job has ended', async () => {
    const containers = await inspect('demo');
    return containers[0]?.State.Status === 'exited' && containers;
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
  // A reading carries the time of its tick, up to a period earlier: perhaps in the second of the stop or start.
  const quietFrom = new Date(new Date(stopped.stopped_at).getTime() + periodMs);
  const quietTo = new Date(new Date(next.started_at).getTime() - periodMs);
  assert.ok(quietFrom < quietTo);
  assert.deepEqual(await holdfast.history(point, quietFrom, quietTo), []);
  assert.equal((await holdfast.session(id)).status, 'stopped');
  say(`the task runs again as ${next.id}; between stop and start nothing was polled`);
  return next.id;
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

async function outlivesFaults(id) {
  await outlivesRestartsOneByOne(id);
  await outlivesKillsOneByOne(id);
  await drainsAndComesBack(id);
  await keepsWhatWasReadWithoutBroker(id);
  await keepsTheSpoolOfAContainerThatIsGone(id);
}

async function outlivesItsLife(id, secrets) {
  await manual.showsAndRestarts(id);
  await scales(id);
  await outlivesDownAndUp(id, secrets);
  await comesBackFromABackup(id);
  await manual.stopsAll(await staysStopped(id));
}

await runTrial(
  async () => {
    const id = await startsByItself();
    await facts.isBounded();
    await facts.isBuiltSmallAndWithoutRoot();
    const secrets = await facts.keepsItsSecrets();
    await facts.letsEachDoItsOwn(secrets);
    await facts.givesKeysToOthers();
    await facts.publishesTwoPortsOnLoopback();
    if (values.only.includes('faults')) await outlivesFaults(id);
    if (values.only.includes('life')) await outlivesItsLife(id, secrets);
    await runsWithoutDemo();
  },
  async () => values.keep || compose('--profile', 'backup', 'down', '--volumes', '--timeout', '60'),
);
