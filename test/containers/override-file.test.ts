import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alarmsConfig, alarmsSettings } from '../../services/alarms/src/config.ts';
import { apiConfig, apiSettings } from '../../services/api/src/config.ts';
import { collectorConfig, collectorSettings } from '../../services/collector/src/config.ts';
import { supervisorConfig, supervisorSettings } from '../../services/supervisor/src/config.ts';
import { writerConfig, writerSettings } from '../../services/writer/src/config.ts';

const root = join(import.meta.dirname, '..', '..');

interface Service {
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
}

const readServices = (text: string): Record<string, Service> => parse(text, { merge: true }).services;
const page = await readFile(join(root, 'docs', 'operations.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n# docker-compose\.override\.yml\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => text,
);
const compose = readServices(await readFile(join(root, 'docker-compose.yml'), 'utf8'));
const configs: Readonly<Record<string, (env: Record<string, string | undefined>) => object>> = {
  ...{ api: apiConfig, supervisor: supervisorConfig, alarms: alarmsConfig },
  ...{ collector: collectorConfig, writer: writerConfig },
};
const settings: Readonly<Record<string, object>> = {
  api: apiSettings.shape,
  supervisor: supervisorSettings.shape,
  alarms: alarmsSettings.shape,
  collector: collectorSettings.shape,
  writer: writerSettings.shape,
};

it('the container of a collector elsewhere takes only settings that there are from its environment', async () => {
  const file = await readFile(join(root, 'deploy', 'collector', 'docker-compose.yml'), 'utf8');
  const settings = [...file.matchAll(/^ +([A-Z0-9_]+): \$\{([A-Z0-9_]+)/gm)];
  expect(settings.length).toBeGreaterThan(5);
  for (const [, setting, variable = ''] of settings) expect(variable).toBe(setting);
  for (const [, variable = ''] of file.matchAll(/\$\{([A-Z0-9_]+)/g)) {
    const isKnown =
      variable.replace(/_FILE$/, '') in collectorSettings.shape || page.includes(`\`${variable}\``);
    expect(isKnown, variable).toBe(true);
  }
});

describe('the override file that docs/operations.md shows', () => {
  const services = examples.flatMap((text) =>
    Object.entries(readServices(text)).map(([name, service]) => ({ name, service })),
  );

  it('is there, once', () => {
    expect(examples).toHaveLength(1);
    expect(services.length).toBeGreaterThan(2);
  });

  it.each(services)('adds to a service that there is, settings that it knows: $name', ({ name, service }) => {
    expect(Object.keys(compose)).toContain(name);
    const ofService = settings[name];
    if (!ofService) throw new Error(`nothing is known of the settings of ${name}`);
    for (const setting of Object.keys(service.environment ?? {})) {
      const isKnown = setting in ofService || setting.replace(/_FILE$/, '') in ofService;
      expect(isKnown, `${name}: ${setting}`).toBe(true);
    }
  });

  it.each(services)('gives $name every value as text that it takes', ({ name, service }) => {
    const entries = Object.entries(service.environment ?? {});
    for (const [setting, value] of entries) expect(typeof value, setting).toBe('string');
    // The files are not here.
    const values = entries.filter(([setting]) => !setting.endsWith('_FILE'));
    expect(() =>
      configs[name]?.({
        DATABASE_URL: 'postgres://user@localhost/holdfast',
        ...(Object.fromEntries(values) as Record<string, string>),
      }),
    ).not.toThrow();
  });

  it.each(services)('mounts what settings of $name name', ({ name, service }) => {
    const mounted = [...(compose[name]?.volumes ?? []), ...(service.volumes ?? [])].map(
      (volume) => volume.split(':')[1] ?? '',
    );
    for (const [setting, file] of Object.entries(service.environment ?? {})) {
      if (setting.endsWith('_FILE')) expect(mounted, setting).toContain(dirname(String(file)));
    }
    for (const volume of service.volumes ?? []) expect(volume).toMatch(/^\/[^:]+:\/[^:]+:ro$/);
  });

  it('has a name that git leaves alone and Compose adds by itself', async () => {
    const ignored = (await readFile(join(root, '.gitignore'), 'utf8')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', 'docker-compose.override.yml']));
  });
});
