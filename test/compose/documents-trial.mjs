// Types what docs/operations.md, docs/backup.md, docs/security.md and docs/nats.md ask an operator to type, one after the other:
//
//   node test/compose/documents-trial.mjs [--only install,roles,keys,scale,move,tls] [--no-build] [--keep] [--engine=podman]
//        [a compose command …]
//
//   install  from the first start to a backup that is taken away, brought back and restored
//   roles    another password in PostgreSQL, another token in InfluxDB
//   keys     keys at NATS: renewed, made, isolated, changed, revoked
//   scale    more collectors, settings in an override file, collectors with keys of their own
//   move     to three nodes, node by node, a node without its disk, and back to one
//   tls      switched on for what runs, and certificates that are renewed
//
// Commands are taken from the pages; where one is not there any more, the trial fails. It runs in a folder of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isLetIn, presentedBy } from './at-the-broker.mjs';
import { certificates } from './certificates.mjs';
import { installation, until } from './installation.mjs';
import { demoRuns, goesOn, holdfast, removeAll, sessionOf } from './operator.mjs';
import { checkout, runTrial, say, trialArguments, untilHealthy } from './trial-command.mjs';

const run = promisify(execFile);
const { values, composeCommand } = trialArguments({
  only: { type: 'string', default: 'install,roles,keys,scale,move,tls' },
});
const project = 'holdfast-documents-trial';
const folder = await mkdtemp(join(tmpdir(), 'holdfast-documents-trial-'));
const backups = join(folder, 'backups');
const certificatesFolder = join(folder, 'certificates');
const freePorts = {
  HOLDFAST_API_PORT: '',
  HOLDFAST_NATS_PORT: '',
  HOLDFAST_NATS_2_PORT: '',
  HOLDFAST_NATS_3_PORT: '',
};
/** These override `.env`: the demo is the only thing to read. */
const settings = { ...freePorts, HOLDFAST_DEMO: '1' };
const here = installation({
  ...{ compose: composeCommand, engine: values.engine, project, folder, settings },
});

const page = async (name) => readFile(join(checkout, 'docs', name), 'utf8');

/** The one block of commands on a page that has these words. */
async function block(name, words) {
  const blocks = [...(await page(name)).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, text]) => text);
  const matches = blocks.filter((text) => text.includes(words));
  assert.equal(matches.length, 1, `${matches.length} blocks of ${name} have: ${words}`);
  return matches[0].replace(/^ +(?=docker)/gm, '');
}

/** A command that stands in the text of a page. */
async function command(name, words) {
  assert.ok((await page(name)).includes(`\`${words}\``), `${name} does not say: ${words}`);
  return words;
}

/** The commands with the names that things have here, and without a build: the image is there already. */
const adapted = (text) =>
  text
    .replaceAll('docker compose', composeCommand.join(' '))
    .replace(/\bdocker (?=inspect|volume)/g, `${values.engine} `)
    .replaceAll('holdfast_', `${project}_`)
    .replaceAll(' --build', '')
    .replaceAll('/mnt/backups', backups)
    .replaceAll('/etc/holdfast', certificatesFolder);

/** Types these commands in bash, where all have to succeed. @returns their output */
async function typed(text) {
  // biome-ignore lint/style/noProcessEnv: a script that is run by hand; what it starts needs the PATH.
  const env = { ...process.env, ...settings, COMPOSE_PROJECT_NAME: project };
  const words = ['-e', '-o', 'pipefail', '-c', `{ ${adapted(text)}\n} </dev/null`];
  return (await run('bash', words, { cwd: folder, env, maxBuffer: 256 * 1024 * 1024 })).stdout;
}

const lines = (text) => text.split('\n').filter((line) => line.trim() !== '');

/** Types the commands line by line, with the wait that a page asks for behind `sinks`. */
async function typedWithWaits(text) {
  for (const line of lines(text)) {
    if (!line.includes('holdfast sinks')) {
      await typed(line);
      continue;
    }
    await until('nothing waits to be stored', async () => {
      const { backlog } = await holdfast(here, 'sinks');
      return backlog.messages === 0;
    });
  }
}

const inSecrets = (...args) => here.compose('run', '--rm', '-T', 'secrets', ...args);
const identity = async (words) => {
  assert.ok((await page('nats.md')).includes(`\`${words}\``), `nats.md does not say: ${words}`);
  return (await inSecrets('node', 'deploy/nats/identity.mjs', ...words.split(' '))).trim();
};

async function sameSession(id, epoch, when) {
  const { epoch: now } = await goesOn(here, id);
  assert.ok(now >= epoch, `${when}: the epoch went back`);
  return now;
}

async function installs() {
  await typed(await block('operations.md', 'HOLDFAST_BACKUPS='));
  const { id } = await demoRuns(here);
  await goesOn(here, id);
  say('install: up, and check-recovery says that all is read');
  const output = await typed(await block('operations.md', 'keys create shift-lead'));
  assert.match(output, /shift-lead/);
  assert.ok((await holdfast(here, 'keys', 'list')).some(({ name }) => name === 'shift-lead'));
  say('the first day: a key is made, and the first one still opens');

  await typed(await block('operations.md', '--to /backups/2026-01-31'));
  say('backup: saved into a folder of the host');
  const [takesAway, bringsBack] = lines(await block('backup.md', '--entrypoint tar'));
  await typed(takesAway);
  await rm(join(backups, '2026-01-31'), { recursive: true });
  // Its input is the archive, not /dev/null.
  await typed(bringsBack);
  const before = await sessionOf(here, id);
  await typed(await block('backup.md', 'docker volume rm'));
  await goesOn(here, id);
  const after = await until('another epoch', async () => {
    const session = await sessionOf(here, id);
    return session.epoch > before.epoch && session;
  });
  say(`restore of a backup that was away: the same session goes on, epoch ${before.epoch} → ${after.epoch}`);
}

async function givesOthers() {
  const { id, epoch } = await demoRuns(here);
  const password = () => here.inside('writer', 'cat', '/secrets/postgres/password');
  const former = await password();
  await typed(
    await command('security.md', "docker compose run --rm secrets sh -c 'rm -f /secrets/postgres-writer/*'"),
  );
  await typed('docker compose up -d');
  await typed(await command('security.md', 'docker compose up -d --force-recreate writer'));
  await untilHealthy(here, 'writer');
  assert.notEqual(await password(), former);
  await sameSession(id, epoch, 'another password');
  say('another password of the writer in PostgreSQL: what is read is stored');
  await inSecrets('sh', '-c', 'rm -f /secrets/influxdb-writer/token');
  await typed('docker compose up -d');
  await typed(await command('security.md', 'docker compose up -d --force-recreate writer'));
  await untilHealthy(here, 'writer');
  await sameSession(id, epoch, 'another token');
  say('another token of the writer in InfluxDB: what is read is stored');
}

async function changesKeys() {
  const { id, epoch } = await demoRuns(here);
  const [, tellsNats] = lines(await block('nats.md', 'identity.mjs collector hall-1 > hall-1.seed'));
  const tells = async () => typed(`${tellsNats}\n${tellsNats}`);
  const seedOf = async (service) => (await inSecrets('cat', `/secrets/nats-${service}/seed`)).trim();
  for (const service of ['api', 'supervisor', 'collector', 'writer', 'alarms', 'operator']) {
    const former = await seedOf(service);
    await inSecrets('node', 'deploy/nats/identity.mjs', 'renew', service);
    await tells();
    if (service !== 'operator') {
      await here.compose('restart', '--timeout', '60', service);
      await untilHealthy(here, service);
    }
    await until('the former key to be refused', async () => !(await isLetIn(here, former, service)));
    assert.ok(await isLetIn(here, await seedOf(service), service), `the new key of ${service} is refused`);
    await sameSession(id, epoch, `renew ${service}`);
  }
  say(
    'renewed keys of API, supervisor, collectors, writer, alarms and operator: the former ones open nothing',
  );

  const trusted = await identity('collector hall-1 --trusted');
  await tells();
  await until('hall-1 to be let in', () => isLetIn(here, trusted, 'collector-hall-1'));
  const listed = async () =>
    (await inSecrets('node', 'deploy/nats/identity.mjs', 'list'))
      .split('\n')
      .find((line) => line.startsWith('hall-1 '));
  assert.match(await listed(), /CORE \(trusted\)$/);
  await inSecrets('node', 'deploy/nats/identity.mjs', 'isolate', 'hall-1', '--labels', 'network=hall-1');
  await tells();
  assert.ok(await isLetIn(here, trusted, 'collector-hall-1'));
  assert.match(await listed(), / C_hall-1 .*labels=network=hall-1$/);
  await inSecrets('node', 'deploy/nats/identity.mjs', 'change', 'hall-1', '--capacity', '50');
  assert.match(await listed(), /capacity=50 labels=network=hall-1$/);
  await identity('revoke hall-1');
  await tells();
  await until('hall-1 to be refused', async () => !(await isLetIn(here, trusted, 'collector-hall-1')));
  await sameSession(id, epoch, 'keys of others');
  say('a trusted key gets an account of its own and other rights, and opens nothing once it is revoked');
}

async function scales() {
  const { id } = await demoRuns(here);
  await typed(await block('operations.md', '--scale collector=3'));
  await until('three collectors', async () => {
    const containers = await here.inspect('collector');
    return (
      containers.length === 3 && containers.every(({ State: state }) => state.Health?.Status === 'healthy')
    );
  });
  await goesOn(here, id);
  say('scale: three collectors');

  const override = join(folder, 'docker-compose.override.yml');
  const allowed = (networks) =>
    writeFile(
      override,
      `services:\n  collector:\n    scale: 2\n    environment:\n      DEVICE_NETWORKS: ${networks}\n  api:\n    environment:\n      CLEANUP_OLDER_THAN_DAYS: '365'\n`,
    );
  await allowed('192.0.2.0/24');
  const output = await typed(await block('operations.md', 'printenv CLEANUP_OLDER_THAN_DAYS'));
  assert.equal(output.trim(), '365');
  // It ends with 1 when a device cannot be read.
  const tested = () => here.inside('api', 'sh', '-c', 'holdfast devices test chiller-1 --json || true');
  await until('devices elsewhere are refused', async () => (await tested()).includes('DEVICE_NETWORKS'));
  const [{ NetworkSettings: network }] = await here.inspect('simulator');
  const [{ IPAddress: address }] = Object.values(network.Networks);
  await allowed(`${address}/32`);
  await typed('docker compose up -d');
  await goesOn(here, id);
  assert.equal(JSON.parse(await tested()).status, 'ok');
  say(
    'an override file: DEVICE_NETWORKS keeps collectors from all other addresses, and lets them reach its own',
  );
  await rm(override);
  await typed('docker compose up -d');

  await typed(await block('operations.md', 'docker-compose.collectors.yml'));
  await until('a collector with a key of its own holds the session', async () =>
    (await sessionOf(here, id)).collector_id?.startsWith('collector-'),
  );
  await goesOn(here, id);
  await typed("sed -i '/^COMPOSE_FILE=/d' .env");
  await typed('docker compose up -d --remove-orphans');
  await goesOn(here, id);
  say('collectors with keys of their own take the session, and give it back');
}

async function moves() {
  const { id, epoch } = await demoRuns(here);
  await typedWithWaits(await block('operations.md', '--to /backups/to-cluster'));
  const nodes = ['nats', 'nats-2', 'nats-3'];
  await untilHealthy(here, ...nodes, 'api', 'supervisor', 'collector', 'writer', 'alarms');
  const there = await sameSession(id, epoch + 1, 'on three nodes');
  say(`moved to three nodes: the same session goes on, epoch ${epoch} → ${there}`);
  await typed(await block('operations.md', 'for node in nats-3 nats-2 nats'));
  await sameSession(id, there, 'node by node');
  say('the nodes were recreated one after the other');
  await typed(await block('operations.md', 'docker compose rm --stop --force nats-2'));
  await untilHealthy(here, ...nodes);
  await sameSession(id, there, 'a node lost its disk');
  say('a node that lost its disk is back');

  const way = lines(await block('operations.md', '--to /backups/to-cluster'));
  const first = way.findIndex((line) => line.includes('stop collector'));
  const last = way.findIndex((line) => line.startsWith('docker compose down'));
  await typedWithWaits(
    way
      .slice(first, last + 1)
      .join('\n')
      .replace('/backups/to-cluster', '/backups/from-cluster'),
  );
  await typed("sed -i '/^COMPOSE_FILE=/d' .env");
  await typed(await block('operations.md', 'restore --from /backups/from-cluster'));
  await untilHealthy(here, 'nats', 'api', 'supervisor', 'collector', 'writer', 'alarms');
  const back = await sameSession(id, there + 1, 'on one node again');
  assert.deepEqual(await here.inspect('nats-2').catch(() => []), []);
  say(`and back to one node: the same session goes on, epoch ${there} → ${back}`);
}

async function switchesTlsOn() {
  const { id, epoch } = await demoRuns(here);
  await mkdir(certificatesFolder);
  await chmod(certificatesFolder, 0o755);
  const { renew } = await certificates(certificatesFolder);
  await typed(await block('operations.md', 'HOLDFAST_API_TLS='));
  await untilHealthy(here, 'api', 'nats', 'supervisor', 'collector', 'writer', 'alarms');
  await sameSession(id, epoch, 'TLS');
  say('TLS: switched on for what runs, the same session goes on');
  const api = { host: 'api', port: 8000, caFile: '/tls/api/ca.pem' };
  const nats = { host: 'nats', port: 4222, caFile: '/tls/nats-ca.pem', isNats: true };
  const [formerOfApi, formerOfNats] = [await presentedBy(here, api), await presentedBy(here, nats)];
  await renew('api');
  await until(
    'the API shows its renewed certificate',
    async () => (await presentedBy(here, api)) !== formerOfApi,
  );
  await renew('nats');
  assert.equal(await presentedBy(here, nats), formerOfNats);
  await typed(await command('operations.md', 'docker compose kill --signal HUP nats'));
  await until(
    'NATS shows its renewed certificate',
    async () => (await presentedBy(here, nats)) !== formerOfNats,
  );
  await sameSession(id, epoch, 'renewed certificates');
  say('TLS: renewed certificates are shown by the API at once, and by NATS after the signal');
}

const parts = {
  install: installs,
  roles: givesOthers,
  keys: changesKeys,
  scale: scales,
  move: moves,
  tls: switchesTlsOn,
};

await runTrial(
  async () => {
    for (const file of [
      'docker-compose.yml',
      'docker-compose.cluster.yml',
      'docker-compose.collectors.yml',
    ]) {
      await copyFile(join(checkout, file), join(folder, file));
    }
    await cp(join(checkout, 'deploy'), join(folder, 'deploy'), { recursive: true });
    await chmod(folder, 0o755);
    await mkdir(backups);
    await chmod(backups, 0o777);
    assert.deepEqual(await here.inspect(), [], 'there is a trial already: remove it with `down --volumes`');
    const builder = installation({
      compose: composeCommand,
      engine: values.engine,
      project,
      folder: checkout,
    });
    if (!values['no-build']) await builder.compose('build');
    if (!values.only.includes('install')) await typed('docker compose up -d');
    for (const name of values.only.split(',')) {
      assert.ok(parts[name], `there is no part ${name}`);
      await parts[name]();
    }
  },
  async () => {
    if (values.keep) return;
    const files = ['docker-compose.yml', 'docker-compose.cluster.yml', 'docker-compose.collectors.yml'];
    const everything = { ...settings, COMPOSE_FILE: files.join(':') };
    await removeAll(
      installation({ compose: composeCommand, engine: values.engine, project, folder, settings: everything }),
    );
    await rm(folder, { recursive: true, force: true });
  },
);
