import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { collectorConfig } from '../../services/collector/src/config.ts';

const root = join(import.meta.dirname, '..', '..');
const text = (...path: string[]) => readFile(join(root, ...path), 'utf8');

interface Installation {
  readonly environment: Readonly<Record<string, string>>;
  /** Folders that outlast a crash of the process and its restart. */
  readonly persistentFolders: readonly string[];
}

async function container(file: string, service: string): Promise<Installation> {
  const compose = parse(await text(file), { merge: true });
  const { environment, volumes } = compose.services[service];
  const namedVolumes = (volumes as string[]).filter(
    (volume) => (volume.split(':')[0] ?? '') in compose.volumes,
  );
  return { environment, persistentFolders: namedVolumes.map((volume) => volume.split(':')[1] ?? '') };
}

/** The unit that docs/operations.md shows; systemd keeps a StateDirectory and removes a RuntimeDirectory. */
async function unit(): Promise<Installation> {
  const [, service = ''] =
    /^```ini\n(\[Unit\][\s\S]*?)^```$/m.exec(await text('docs', 'operations.md')) ?? [];
  const values = (name: string) =>
    [...service.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1] ?? '');
  const settings = values('Environment').flatMap((line) => line.split(' '));
  return {
    environment: Object.fromEntries(settings.map((each) => each.split(/=(.*)/s).slice(0, 2))),
    persistentFolders: values('StateDirectory').map((name) => join('/var/lib', name)),
  };
}

const installations: Readonly<Record<string, () => Promise<Installation>>> = {
  'docker-compose.yml': () => container('docker-compose.yml', 'collector'),
  'deploy/collector/docker-compose.yml': () => container('deploy/collector/docker-compose.yml', 'collector'),
  'the systemd unit of docs/operations.md': unit,
};

describe('the folder in which a collector proves its predecessor dead', () => {
  it.each(Object.entries(installations))('outlasts a crash with %s', async (_, read) => {
    const { environment, persistentFolders } = await read();
    const { LOCK_DIR, SPOOL_DIR } = environment;
    const config = collectorConfig(LOCK_DIR === undefined ? { SPOOL_DIR } : { SPOOL_DIR, LOCK_DIR });
    const folder = config.LOCK_DIR ?? config.SPOOL_DIR;
    expect(persistentFolders.some((each) => folder === each || folder.startsWith(`${each}/`))).toBe(true);
  });
});
