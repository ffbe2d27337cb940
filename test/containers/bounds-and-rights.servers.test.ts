import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer } from '@holdfast/dev/nats-server.ts';
import { PINNED } from '@holdfast/dev/setup/nats-server/versions.mjs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');

interface Container {
  readonly image?: string;
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: string | number;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
}

/** Services that are containers of their own; the others in an override file add to one of docker-compose.yml. */
const containers = (
  await Promise.all(
    ['docker-compose.yml', 'docker-compose.cluster.yml', 'deploy/collector/docker-compose.yml'].map(
      async (file) => {
        const { services } = parse(await readFile(join(root, file), 'utf8'), { merge: true });
        return Object.entries<Container>(services)
          .filter(([, { image }]) => image !== undefined)
          .map(([name, container]) => ({ file, name, container }));
      },
    ),
  )
).flat();

describe('a container', () => {
  it('of each file is looked at', () => {
    const names = containers
      .filter(({ container }) => container.restart === 'unless-stopped')
      .map(({ name }) => name);
    for (const name of [
      'api',
      'supervisor',
      'collector',
      'writer',
      'alarms',
      'nats',
      'nats-3',
      'postgres',
      'influxdb',
      'grafana',
    ])
      expect(names).toContain(name);
  });

  it('of NATS has the version that tests run on', async () => {
    const images = containers.flatMap(({ container: { image } }) => image?.match(/\bnats:[^}]+/) ?? []);
    expect(images.length).toBeGreaterThan(1);
    expect(new Set(images)).toEqual(new Set([`nats:${PINNED}-alpine`]));
  });

  it.each(containers)('$name of $file can write no file system and gain no right', ({ container }) => {
    expect(container.read_only).toBe(true);
    expect(container.cap_drop).toEqual(['ALL']);
    expect(container.security_opt).toContain('no-new-privileges:true');
  });

  it.each(containers)('$name of $file cannot use up the machine: memory, processes, log', ({ container }) => {
    expect(container.mem_limit).toMatch(/^(\$\{[A-Z_]+:-)?\d+[mg]\}?$/);
    expect(String(container.pids_limit)).toMatch(/^(\$\{HOLDFAST_PIDS:-)?\d+\}?$/);
    expect(container.logging).toMatchObject({
      driver: 'json-file',
      options: { 'max-size': expect.stringMatching(/^\d+m$/), 'max-file': expect.stringMatching(/^\d+$/) },
    });
  });

  it.each(containers)('$name of $file that goes on for ever says whether it is well', ({ container }) => {
    if (container.restart !== 'unless-stopped') {
      // Started for one task, and ended after it.
      expect(['no', 'on-failure']).toContain(container.restart);
      return expect(container.healthcheck).toBeUndefined();
    }
    expect(container.healthcheck?.test[0]).toBe('CMD');
    expect(container.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it.each(containers)('$name of $file is of one release, not of whichever is the latest', ({ container }) => {
    if (container.image === 'holdfast:local') return;
    // `registry/name:1.2.3`, or two numbers where the project has no more; a variable may name another.
    expect(container.image).toMatch(/^\$\{HOLDFAST_[A-Z]+_IMAGE:-[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?\}$/);
  });

  it.each(containers)(
    '$name of $file has no secret in its environment, and opens this machine only',
    ({ container }) => {
      for (const [setting, value] of Object.entries(container.environment ?? {})) {
        if (!/PASSWORD|TOKEN|SEED|SECRET|_KEY/.test(setting)) continue;
        // The path of a file, or of the folder with the secrets of devices.
        expect(setting).toMatch(/(FILE|^DEVICE_SECRETS)$/);
        expect(value).toMatch(/^(\/|\$\{[A-Z_]+:\+\/)/);
      }
      for (const port of container.ports ?? []) expect(port).toMatch(/^\$\{HOLDFAST_BIND:-127\.0\.0\.1\}:/);
    },
  );
});

describe('a broker of an installation', () => {
  it.each(['nats-server.conf', 'nats-cluster.conf'])(
    'has stored what it confirms, and lets few messages wait: %s',
    async (name) => {
      const read = async (file: string): Promise<string> => {
        const text = await readFile(join(root, 'deploy', 'nats', file), 'utf8');
        return text.includes('include nats-server.conf') ? `${text}${await read('nats-server.conf')}` : text;
      };
      expect(await read(name)).toMatch(/^ {2}sync_interval: always$/m);
      expect(await read(name)).toMatch(/^ {2}max_buffered_msgs: 2000$/m);
    },
  );

  it('on this machine takes the setting as it is meant', async () => {
    const server = await startNatsServer({ storeDir: await temporaryFolder('nats'), syncInterval: 'always' });
    cleanUpAfterFile(() => server.stop());
    const { config } = (await (await fetch(`${server.monitorUrl}/jsz?config=true`)).json()) as {
      config: { sync_always?: boolean };
    };
    expect(config.sync_always).toBe(true);
  });
});
