import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The last published advisory of each server as of November 2026, and the version of its line that mends it. Look for newer ones
 * at advisories.nats.io, postgresql.org/support/security, grafana.com/security and in the releases of the others.
 */
const mended: Readonly<Record<string, { readonly since: string; readonly advisory: string }>> = {
  nats: { since: '2.14.3', advisory: 'NATS 2026-26 and six others of June 2026' },
  postgres: { since: '18.7', advisory: 'CVE-2026-6460; CVE-2026-6473 and ten others before' },
  'grafana/grafana': { since: '12.4.11', advisory: 'CVE-2026-76154; 12.2 and 12.3 get no more versions' },
  'prom/prometheus': { since: '3.13.0', advisory: 'CVE-2026-42154; 3.5 gets no more versions' },
  influxdb: { since: '2.8.0', advisory: 'none' },
  node: { since: '24.14.1', advisory: 'CVE-2026-21637 and seven others of March 2026' },
};

const root = join(import.meta.dirname, '..', '..');
const files = [
  'docker-compose.yml',
  'docker-compose.cluster.yml',
  'docker-compose.collectors.yml',
  'deploy/Dockerfile',
];
const pinned = (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).flatMap((text) =>
  [...text.matchAll(/(?:image: \$\{\w+:-|NODE_IMAGE=)([\w./-]+):v?(\d+(?:\.\d+)+)/g)].map(
    ([, image = '', version = '']) => ({ image, version }),
  ),
);

const isAtLeast = (version: string, since: string) =>
  version.localeCompare(since, 'en', { numeric: true }) >= 0;

describe('images of others', () => {
  it('are all looked after', () => {
    expect(new Set(pinned.map(({ image }) => image))).toEqual(new Set(Object.keys(mended)));
  });

  it.each(pinned)(
    '$image $version has no published advisory that a newer one mends',
    ({ image, version }) => {
      const { since = '', advisory } = mended[image] ?? {};
      expect(isAtLeast(version, since), `${advisory}: take ${since} or newer`).toBe(true);
    },
  );
});
