import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { accountOf } from '@holdfast/shared/permissions/accounts.ts';
import { natsAuthorization } from '@holdfast/shared/permissions/nats-authorization.ts';
import {
  maintenance,
  permissionsOf,
  type Service,
  services,
} from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runProgram } from '../backup/backup-command.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const log = createLogger('test', 'silent');
const generate = join(root, 'deploy', 'secrets', 'generate.mjs');
const identity = join(root, 'deploy', 'nats', 'identity.mjs');

/** A broker with the configuration that the installation's secrets have, as in docker-compose.yml. */
async function brokerOf(folder: string): Promise<NatsServer> {
  const server = await startNatsServer({
    storeDir: folder,
    configLines: ['include secrets/nats/identities.conf'],
  });
  cleanUpAfterFile(() => server.stop());
  return server;
}

async function mayConnect(server: NatsServer, access: { nkeySeed?: string; url?: string }): Promise<boolean> {
  try {
    const { nc } = await connectNats({ url: server.url, ...access, name: 'api', log });
    await nc.close();
    return true;
  } catch {
    return false;
  }
}

/** The account of the connection with this name; undefined while there is none. */
async function accountOfConnection(server: NatsServer, name: string): Promise<string | undefined> {
  const answer = await fetch(`${server.monitorUrl}/connz?auth=true`);
  const { connections } = (await answer.json()) as { connections: { name?: string; account?: string }[] };
  return connections.find((connection) => connection.name === name)?.account;
}

async function isAnswered(nc: NatsConnection, subject: string): Promise<boolean> {
  try {
    await nc.request(subject);
    return true;
  } catch {
    return false;
  }
}

const seedOf = async (secrets: string, service: Service) =>
  (await readFile(join(secrets, `nats-${service}`, 'seed'), 'utf8')).trim();

describe('the keys of an installation', () => {
  it('are created once, and the broker admits each of them and no client without one', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    expect(await runProgram(generate, [secrets])).toMatchObject({ code: 0 });
    const seeds = await Promise.all(services.map((service) => seedOf(secrets, service)));
    expect(await runProgram(generate, [secrets])).toMatchObject({ code: 0 });
    expect(await Promise.all(services.map((service) => seedOf(secrets, service)))).toEqual(seeds);
    expect(new Set(seeds).size).toBe(services.length);

    const server = await brokerOf(folder);
    for (const nkeySeed of seeds) expect(await mayConnect(server, { nkeySeed })).toBe(true);
    expect(await mayConnect(server, {})).toBe(false);
    expect(await readFile(join(secrets, 'nats', 'identities.conf'), 'utf8')).not.toContain('password');
  });

  it('are added, isolated and revoked for a collector elsewhere while the broker runs', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const tool = (...args: string[]) => runProgram(identity, args, { SECRETS_DIR: secrets });
    await runProgram(generate, [secrets]);
    const server = await brokerOf(folder);
    const core = await connectNats({
      url: server.url,
      nkeySeed: await seedOf(secrets, 'api'),
      name: 'api',
      log,
    });
    cleanUpAfterFile(core.close);
    const result = await tool('collector', 'hall-1', '--trusted');
    expect(result.code).toBe(0);
    const nkeySeed = /SU[A-Z2-7]{56}/.exec(result.output)?.[0] ?? '';
    expect(await mayConnect(server, { nkeySeed })).toBe(false);
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => mayConnect(server, { nkeySeed }), { what: 'the new identity to be known' });
    expect(await tool('collector', 'hall-1')).toMatchObject({ code: 1 });
    expect((await tool('list')).output).toMatch(/^hall-1 U\w+ CORE \(trusted\)$/m);
    expect(await tool('collector', '../x')).toMatchObject({ code: 2 });
    const oddLabels = await tool('collector', 'hall-2', '--labels', 'hall');
    expect(oddLabels).toMatchObject({
      code: 2,
      output: expect.stringContaining('--labels must read name=value'),
    });
    for (const args of [
      ['collector', 'hall-2', '--trusted', '--labels', 'a=b'],
      ['change', 'hall-1'],
    ]) {
      expect(await tool(...args)).toMatchObject({ code: 2, output: expect.stringContaining('usage') });
    }
    expect(await tool('change', 'hall-1', '--capacity', '5')).toMatchObject({
      code: 1,
      output: expect.stringContaining('no account of its own'),
    });
    expect(await tool('collector', 'api')).toMatchObject({ code: 1 });

    // Its open connection is not left in the account of the services.
    const hall = await connectNats({ url: server.url, nkeySeed, name: 'collector-hall-1', log });
    cleanUpAfterFile(hall.close);
    expect(await accountOfConnection(server, 'collector-hall-1')).toBe('CORE');
    expect(await tool('isolate', 'hall-1')).toMatchObject({ code: 0 });
    expect(await tool('isolate', 'hall-1')).toMatchObject({ code: 1 });
    expect((await tool('list')).output).toMatch(/^hall-1 U\w+ C_hall-1 capacity=10000 labels=–$/m);
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => (await accountOfConnection(server, 'collector-hall-1')) === 'C_hall-1', {
      what: 'the connection to be in its account',
    });
    // Imports of a new account work from the second time on, also on a connection that is there.
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => isAnswered(hall.nc, '$JS.API.INFO'), { what: 'its imports to work' });
    expect(core.isUp()).toBe(true);

    expect(await tool('revoke', 'hall-1')).toMatchObject({ code: 0 });
    expect(await tool('revoke', 'hall-1')).toMatchObject({ code: 1 });
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => !(await mayConnect(server, { nkeySeed })), { what: 'it to be refused' });
    await eventually(async () => (await accountOfConnection(server, 'collector-hall-1')) === undefined, {
      what: 'its connection to be closed',
    });
    expect(core.isUp()).toBe(true);
  });

  it('are renewed for a service, and the former one is cut off', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const tool = (...args: string[]) => runProgram(identity, args, { SECRETS_DIR: secrets });
    await runProgram(generate, [secrets]);
    const server = await brokerOf(folder);
    const stolen = await seedOf(secrets, 'operator');
    const thief = await connectNats({ url: server.url, nkeySeed: stolen, name: 'operator', log });
    cleanUpAfterFile(thief.close);
    expect(await tool('revoke', 'operator')).toMatchObject({
      code: 1,
      output: expect.stringContaining('renew operator'),
    });
    expect(await tool('renew', 'operator')).toMatchObject({ code: 0 });
    process.kill(server.pid, 'SIGHUP');
    const nkeySeed = await seedOf(secrets, 'operator');
    expect(nkeySeed).not.toBe(stolen);
    await eventually(() => mayConnect(server, { nkeySeed }), { what: 'the new key to be known' });
    expect(await mayConnect(server, { nkeySeed: stolen })).toBe(false);
    expect(await accountOfConnection(server, 'operator')).toBeUndefined();
  });

  it('have one more for as long as a person maintains the streams', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const env = { SECRETS_DIR: secrets };
    await runProgram(generate, [secrets]);
    const result = await runProgram(identity, ['maintenance'], env);
    const nkeySeed = /SU[A-Z2-7]{56}/.exec(result.output)?.[0] ?? '';
    const server = await brokerOf(folder);
    expect(await mayConnect(server, { nkeySeed })).toBe(true);
    // A start of the installation in between leaves it as it is.
    await runProgram(generate, [secrets]);
    expect((await runProgram(identity, ['list'], env)).output).toMatch(/^maintenance U\w+ CORE$/m);
    expect(await runProgram(identity, ['maintenance'], env)).toMatchObject({ code: 1 });

    expect(await runProgram(identity, ['revoke', 'maintenance'], env)).toMatchObject({ code: 0 });
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => !(await mayConnect(server, { nkeySeed })), { what: 'it to be refused' });
  });
});

describe('the override files of docker-compose.yml', () => {
  const parsed = async (name: string) => parse(await readFile(join(root, name), 'utf8'), { merge: true });

  it('make three nodes that differ in name and volume only, and tell everybody of all of them', async () => {
    const { services: base } = await parsed('docker-compose.yml');
    const { services: cluster } = await parsed('docker-compose.cluster.yml');
    for (const node of ['nats-2', 'nats-3']) {
      const { image, read_only, cap_drop, security_opt, group_add, mem_limit, healthcheck, logging } =
        cluster[node];
      expect({
        image,
        read_only,
        cap_drop,
        security_opt,
        group_add,
        mem_limit,
        healthcheck,
        logging,
      }).toEqual(
        Object.fromEntries(
          [
            'image',
            'read_only',
            'cap_drop',
            'security_opt',
            'group_add',
            'mem_limit',
            'healthcheck',
            'logging',
          ].map((property) => [property, base.nats[property]]),
        ),
      );
    }
    const clients = Object.entries<{ environment?: { NATS_URL?: string } }>(base)
      .filter(([, { environment }]) => environment?.NATS_URL !== undefined)
      .map(([name]) => name);
    expect(clients.length).toBeGreaterThan(4);
    for (const name of clients) {
      expect(cluster[name].environment.NATS_URL).toBe(
        'nats://nats:4222,nats://nats-2:4222,nats://nats-3:4222',
      );
      expect(Object.keys(cluster[name].depends_on)).toEqual(['nats-2', 'nats-3']);
    }
    for (const name of ['api', 'supervisor', 'collector', 'writer', 'alarms', 'restore']) {
      expect(cluster[name].environment.STREAM_REPLICAS).toBe('3');
    }
  });

  it('give a key to each collector that they name, and a password to the routes, once', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const { services: collectorServices } = await parsed('docker-compose.collectors.yml');
    const ids: string[] = collectorServices.secrets.environment.COLLECTORS_WITH_KEYS.split(',');
    expect(ids).toEqual(['collector-a', 'collector-b']);
    for (const id of ids) expect(collectorServices[id].volumes).toEqual([`nats-${id}:/secrets/nats:ro`]);
    const env = {
      COLLECTORS_WITH_KEYS: ids.join(','),
      COLLECTOR_A_LABELS: 'site=hall-1,network=a',
      NATS_CLUSTER_NODES: '127.0.0.1,127.0.0.1,127.0.0.1',
    };
    expect(await runProgram(generate, [secrets], env)).toMatchObject({ code: 0 });
    const clusterConf = await readFile(join(secrets, 'nats', 'cluster.conf'), 'utf8');
    expect(await runProgram(generate, [secrets], env)).toMatchObject({ code: 0 });
    expect(await readFile(join(secrets, 'nats', 'cluster.conf'), 'utf8')).toBe(clusterConf);
    expect(clusterConf).toMatch(/authorization \{ user: route, password: "[0-9a-f]{48}"/);
    for (const service of ['api', 'supervisor']) {
      const file = JSON.parse(await readFile(join(secrets, `nats-${service}`, 'collectors.json'), 'utf8'));
      expect(file.collectors).toEqual({
        'collector-a': { capacity: 10_000, labels: { site: 'hall-1', network: 'a' } },
        'collector-b': { capacity: 10_000, labels: {} },
      });
    }
    const server = await brokerOf(folder);
    for (const id of ids) {
      const nkeySeed = await readFile(join(secrets, `nats-${id}`, 'seed'), 'utf8');
      expect(await mayConnect(server, { nkeySeed })).toBe(true);
    }
    // A volume that was lost is not taken for a new collector: the other one may still be running somewhere.
    await rm(join(secrets, 'nats-collector-a'), { recursive: true });
    const refused = await runProgram(generate, [secrets], env);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/collector-a has an identity with another key/);
    const tool = (...args: string[]) => runProgram(identity, args, { SECRETS_DIR: secrets });
    const key = /^collector-a (U\w+) /m;
    const before = key.exec((await tool('list')).output)?.[1];
    await tool('revoke', 'collector-a');
    // Its folder has another key by now.
    expect(await runProgram(generate, [secrets], env)).toMatchObject({ code: 0 });
    expect(key.exec((await tool('list')).output)?.[1]).not.toBe(before);
    // A key that was revoked does not come back by a start.
    await tool('revoke', 'collector-a');
    const stolen = await runProgram(generate, [secrets], env);
    expect(stolen).toMatchObject({
      code: 1,
      output: expect.stringContaining('take its folder nats-collector-a'),
    });
    const two = await runProgram(generate, [secrets], { NATS_CLUSTER_NODES: 'nats,nats-2' });
    expect(two).toMatchObject({ code: 1, output: expect.stringMatching(/there must be three/) });
  });
});

describe('docker-compose.yml', () => {
  it('tells all clients of NATS which authority signs it, also where a file makes it a cluster', async () => {
    const read = async (name: string) =>
      parse(await readFile(join(root, name), 'utf8'), { merge: true }).services;
    const services = await read('docker-compose.yml');
    const clients = Object.keys(services).filter(
      (name) => services[name].environment?.NATS_URL !== undefined,
    );
    expect(clients.length).toBeGreaterThan(4);
    for (const name of clients) {
      const { environment, volumes } = services[name];
      expect(environment.NATS_TLS_CA_FILE, name).toBe(`\${HOLDFAST_NATS_TLS:+/tls/nats-ca.pem}`);
      expect(volumes, name).toContain(`\${HOLDFAST_NATS_TLS:-./deploy/tls-off}/ca.pem:/tls/nats-ca.pem:ro`);
    }
    const cluster = await read('docker-compose.cluster.yml');
    for (const node of [services.nats, cluster['nats-2'], cluster['nats-3']]) {
      expect(node.volumes).toContain(
        `./deploy/nats/tls\${HOLDFAST_NATS_TLS:+-on}.conf:/etc/nats/tls.conf:ro`,
      );
      expect(node.volumes).toContain(`\${HOLDFAST_NATS_TLS:-./deploy/tls-off}:/tls:ro`);
    }
  });

  it('gives each service its own key and no other one', async () => {
    const compose = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
    const withKeys = Object.entries<{ volumes?: string[] }>(compose.services).flatMap(
      ([name, { volumes = [] }]) =>
        volumes
          .filter((volume) => volume.startsWith('nats-') && !volume.startsWith('nats-data'))
          .map((volume) => `${name} ${volume}`),
    );
    const own = services
      .filter((service) => service !== 'operator')
      .map((service) => `${service} nats-${service}:/secrets/nats:ro`);
    const ofSecrets = services.map((service) => `secrets nats-${service}:/secrets/nats-${service}`);
    expect(withKeys.sort()).toEqual(
      [
        ...own,
        ...ofSecrets,
        'nats nats-secrets:/etc/nats/secrets:ro',
        'secrets nats-secrets:/secrets/nats',
      ].sort(),
    );
    const image = await readFile(join(root, 'deploy', 'Dockerfile'), 'utf8');
    expect(image).toContain(`for service in ${services.join(' ')};`);
  });

  it('says what the permissions are, so that an update restarts the broker when they change', async () => {
    const nkey = 'U';
    const identities = ([...services, maintenance] as const).map((holder) => ({
      ...{ comment: holder, nkey, account: accountOf(holder) },
      permissions: permissionsOf(holder, { reserved: ['x'] }),
    }));
    const permissions = permissionsOf('collector', { collectorId: 'x' });
    identities.push({ comment: 'collector', nkey, account: accountOf('collector', 'x'), permissions });
    const hash = createHash('sha256').update(natsAuthorization(identities)).digest('hex').slice(0, 12);
    const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    expect(/holdfast\.permissions: '?(\w+)/.exec(compose)?.[1]).toBe(hash);
    const cluster = await readFile(join(root, 'docker-compose.cluster.yml'), 'utf8');
    expect(/holdfast\.permissions: '?(\w+)/.exec(cluster)?.[1]).toBe(hash);
  });
});
