import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import {
  maintenance,
  permissionsOf,
  type Service,
  services,
} from '@holdfast/shared/contracts/permissions.ts';
import { connectNats } from '@holdfast/shared/jetstream/connect.ts';
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

const seedOf = async (secrets: string, service: Service) =>
  (await readFile(join(secrets, `nats-${service}`, 'seed'), 'utf8')).trim();

describe('the keys of an installation', () => {
  it('are made once, and the broker takes each of them and nobody without one', async () => {
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

  it('do not lock out the services of an older release that are still running with the password', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    await mkdir(join(secrets, 'nats'), { recursive: true });
    await writeFile(join(secrets, 'nats', 'password'), 'former');
    await runProgram(generate, [secrets]);
    const server = await brokerOf(folder);
    expect(await mayConnect(server, { url: `nats://holdfast:former@127.0.0.1:${server.port}` })).toBe(true);
    expect(await mayConnect(server, { nkeySeed: await seedOf(secrets, 'api') })).toBe(true);
    expect(await mayConnect(server, {})).toBe(false);
  });

  it('are added and taken away for a collector elsewhere while the broker runs', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const env = { SECRETS_DIR: secrets };
    await runProgram(generate, [secrets]);
    const server = await brokerOf(folder);
    const made = await runProgram(identity, ['collector', 'hall-1'], env);
    expect(made.code).toBe(0);
    const nkeySeed = /SU[A-Z2-7]{56}/.exec(made.said)?.[0] ?? '';
    expect(await mayConnect(server, { nkeySeed })).toBe(false);
    process.kill(server.pid, 'SIGHUP');
    await eventually(() => mayConnect(server, { nkeySeed }), { what: 'the new identity to be known' });
    expect(await runProgram(identity, ['collector', 'hall-1'], env)).toMatchObject({ code: 1 });
    expect((await runProgram(identity, ['list'], env)).said).toMatch(/^hall-1 U/);
    expect(await runProgram(identity, ['collector', '../x'], env)).toMatchObject({ code: 2 });

    expect(await runProgram(identity, ['collector', 'hall-1', '--remove'], env)).toMatchObject({ code: 0 });
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => !(await mayConnect(server, { nkeySeed })), { what: 'it to be refused' });
  });

  it('have one more for as long as somebody maintains the streams', async () => {
    const folder = await temporaryFolder('installation');
    const secrets = join(folder, 'secrets');
    const env = { SECRETS_DIR: secrets };
    await runProgram(generate, [secrets]);
    const made = await runProgram(identity, ['maintenance'], env);
    const nkeySeed = /SU[A-Z2-7]{56}/.exec(made.said)?.[0] ?? '';
    const server = await brokerOf(folder);
    expect(await mayConnect(server, { nkeySeed })).toBe(true);
    // A start of the installation in between leaves it as it is.
    await runProgram(generate, [secrets]);
    expect((await runProgram(identity, ['list'], env)).said).toMatch(/^\(maintenance\) U/);
    expect(await runProgram(identity, ['maintenance'], env)).toMatchObject({ code: 1 });

    expect(await runProgram(identity, ['maintenance', '--remove'], env)).toMatchObject({ code: 0 });
    process.kill(server.pid, 'SIGHUP');
    await eventually(async () => !(await mayConnect(server, { nkeySeed })), { what: 'it to be refused' });
  });
});

describe('docker-compose.yml', () => {
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
    const all = ([...services, maintenance] as const).map((holder) => permissionsOf(holder));
    const reserved = permissionsOf('collector', { reserved: ['x'] });
    const one = permissionsOf('collector', { collectorId: 'x' });
    const hash = createHash('sha256')
      .update(JSON.stringify([all, reserved, one]))
      .digest('hex')
      .slice(0, 12);
    const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
    expect(/holdfast\.permissions: '?(\w+)/.exec(compose)?.[1]).toBe(hash);
  });
});
