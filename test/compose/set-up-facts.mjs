// Facts about the containers as they were set up, before anything happens to them: bounds, image, secrets, keys, ports.
import assert from 'node:assert/strict';
import { isLetIn } from './at-the-broker.mjs';
import { until } from './installation.mjs';
import { say } from './trial-command.mjs';

const serviceOf = (config) => config.Labels['com.docker.compose.service'];

/** Services with a key at the broker, in the order in which their secrets are looked at. */
const keyed = ['api', 'supervisor', 'collector', 'writer', 'alarms'];

/** Each throws where something does not hold. `ours` and `servers` are names of services. */
export function setUpFacts(holdfast, { ours, servers }) {
  const { compose, inspect, inside } = holdfast;

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
      await assert.rejects(
        inside(service, 'touch', '/app/written'),
        `${service} may write into its own code`,
      );
    }
    say('image: no service of ours runs as root or can write into the image');
    const others = await inside('api', 'find', '.', '-name', 'node_modules', '-o', '-name', '*.ts');
    assert.equal(others, '');
    assert.doesNotMatch(await inside('api', 'ls'), /^(launcher\.mjs|postgres)$/m);
    say('image: neither sources nor packages, no embedded PostgreSQL are in it');
    const size = async (image) =>
      Number(await holdfast.engineOutput('image', 'inspect', '--format', '{{.Size}}', image));
    const [all, base] = [await size('holdfast:local'), await size('node:24-slim').catch(() => undefined)];
    const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
    if (base !== undefined) assert.ok(all - base < 50e6, 'more than 50 MB on top of node:24-slim');
    const onTop = base === undefined ? '' : `, ${megabytes(all - base)} of it on top of node:24-slim`;
    say(`image: ${megabytes(all)}${onTop}`);
  }

  async function keepsItsSecrets() {
    const passwords = [
      await inside('api', 'cat', '/secrets/postgres/password'),
      await inside('writer', 'cat', '/secrets/postgres/password'),
      await inside('postgres', 'cat', '/secrets/postgres/password'),
      await inside('influxdb', 'cat', '/secrets/influxdb/password'),
      await inside('influxdb', 'cat', '/secrets/influxdb/token'),
    ];
    for (const password of passwords) assert.match(password, /^[0-9a-f]{48}$/);
    const tokens = [
      await inside('api', 'cat', '/secrets/influxdb/token'),
      await inside('writer', 'cat', '/secrets/influxdb/token'),
    ];
    for (const token of tokens) assert.ok(token.length >= 20, 'a token is missing');
    const seeds = [];
    for (const service of keyed) seeds.push(await inside(service, 'cat', '/secrets/nats/seed'));
    for (const seed of seeds) assert.match(seed, /^SU[A-Z2-7]{56}$/);
    // A stand-in for InfluxDB may keep no tokens.
    const keepsTokens = !tokens.includes(passwords.at(-1));
    const secrets = [...passwords, ...(keepsTokens ? tokens : []), ...seeds];
    assert.equal(new Set(secrets).size, secrets.length);
    const facts = {
      inspect: JSON.stringify(await inspect()),
      logs: await compose('logs', '--no-color'),
      config: await compose('config'),
    };
    for (const [where, text] of Object.entries(facts)) {
      assert.ok(text.length > 1000, `${where} is empty`);
      for (const secret of secrets) assert.ok(!text.includes(secret), `a secret stands in ${where}`);
    }
    say('secrets: different ones were made, and a key for each service; none is in inspect, logs or config');
    assert.equal(await inside('collector', 'ls', '/secrets/nats'), 'seed');
    await assert.rejects(inside('collector', 'cat', '/secrets/postgres/password'));
    await assert.rejects(inside('collector', 'cat', '/secrets/influxdb/token'));
    await assert.rejects(inside('supervisor', 'cat', '/secrets/postgres/password'));
    await assert.rejects(inside('simulator', 'cat', '/secrets/nats/seed'));
    await assert.rejects(inside('api', 'cat', '/secrets/postgres-writer/url'));
    say('secrets: each service sees only those that it needs');
    return { seedOfApi: seeds[0], keepsTokens };
  }

  /** PostgreSQL's word for a statement by the role of that service: `done`, or a SQLSTATE. */
  const triedBy = async (service, statement) => {
    const url = new URL(await inside(service, 'cat', '/secrets/postgres/url'));
    url.hostname = '127.0.0.1';
    const answer = await inside(
      ...[
        'postgres',
        'sh',
        '-c',
        'psql --no-psqlrc --set VERBOSITY=sqlstate --command "$2" "$1" 2>&1 || true',
      ],
      ...['sh', url.href, statement],
    );
    return /ERROR: {2}(\w{5})$/m.exec(answer)?.[1] ?? 'done';
  };

  /** InfluxDB's answer to a line, by the token of that service. */
  const writtenBy = (service) =>
    inside(
      ...[service, 'node', '--input-type=module', '-e'],
      `import { readFileSync } from 'node:fs';
      const token = readFileSync('/secrets/influxdb/token', 'utf8');
      const { status } = await fetch('http://influxdb:8086/api/v2/write?org=holdfast&bucket=holdfast&precision=ms', {
        method: 'POST', body: 'of-the-trial value=1', headers: { authorization: 'Token ' + token } });
      console.log(status);`,
    );

  async function letsEachDoItsOwn({ keepsTokens }) {
    const denied = '42501';
    assert.equal(await triedBy('api', 'select count(*) from sites'), 'done');
    assert.equal(await triedBy('api', 'drop table sites'), denied);
    assert.equal(await triedBy('api', 'delete from samples.epoch_start'), denied);
    assert.equal(await triedBy('writer', 'select count(*) from samples.tick_coverage'), 'done');
    assert.equal(await triedBy('writer', 'select count(*) from sites'), denied);
    assert.equal(await triedBy('writer', 'drop schema samples cascade'), denied);
    say('PostgreSQL: API and writer have a role each, which may do what they do and no more');
    assert.equal(await writtenBy('writer'), '204');
    if (!keepsTokens) return say('InfluxDB: not tried, this one keeps no tokens');
    assert.ok(['401', '403'].includes(await writtenBy('api')), 'the API may write to InfluxDB');
    say('InfluxDB: the token of the writer writes, that of the API does not');
  }

  async function givesKeysToOthers() {
    const ofSecrets = (...args) => compose('run', '--rm', '-T', 'secrets', ...args);
    const operator = (await ofSecrets('cat', '/secrets/nats-operator/seed')).trim();
    assert.ok(await isLetIn(holdfast, operator, 'operator'));
    const hall = (await ofSecrets('node', 'deploy/nats/identity.mjs', 'collector', 'hall-1')).trim();
    assert.ok(!(await isLetIn(holdfast, hall, 'collector-hall-1')));
    await compose('kill', '--signal', 'HUP', 'nats');
    await compose('kill', '--signal', 'HUP', 'nats');
    await until('the broker to know the collector', async () => isLetIn(holdfast, hall, 'collector-hall-1'));
    say('keys: the operator has one, and a collector elsewhere gets one while the broker runs');
    await ofSecrets('node', 'deploy/nats/identity.mjs', 'revoke', 'hall-1');
    await compose('kill', '--signal', 'HUP', 'nats');
    await until('it to be refused', async () => !(await isLetIn(holdfast, hall, 'collector-hall-1')));
    say('keys: one that was revoked opens nothing');
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

  return {
    isBounded,
    isBuiltSmallAndWithoutRoot,
    keepsItsSecrets,
    letsEachDoItsOwn,
    givesKeysToOthers,
    publishesTwoPortsOnLoopback,
  };
}
