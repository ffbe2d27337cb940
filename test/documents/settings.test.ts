import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setupConfig } from '../../dev/setup/config.mjs';
import { stackConfig } from '../../dev/src/config.ts';
import { apiConfig } from '../../services/api/src/config.ts';
import { collectorConfig } from '../../services/collector/src/config.ts';
import { supervisorConfig } from '../../services/supervisor/src/config.ts';
import { writerConfig } from '../../services/writer/src/config.ts';
import { readConfig as simulatorConfig } from '../../simulators/plant/src/config.ts';
import { cliConfig } from '../../tools/cli/src/config.ts';
import { codesIn, tableRows } from './markdown-tables.ts';
import { neededSettings as needed, settingsOf } from './settings-of.ts';

const root = join(import.meta.dirname, '..', '..');
const page = await readFile(join(root, 'docs', 'settings.md'), 'utf8');
const rows = tableRows(page);

const common = ['Every service', 'Streams'];
const store = 'Where values are stored';

/** Each program with the sections of the page that are about its settings. */
const programs: readonly {
  readonly name: string;
  readonly sections: readonly string[];
  readonly read: (environment: Record<string, string | undefined>) => object;
}[] = [
  { name: 'API', sections: [...common, store, 'Company sign-on'], read: apiConfig },
  { name: 'Supervisor', sections: [...common, 'Leases'], read: supervisorConfig },
  { name: 'Collector', sections: [...common, 'Leases'], read: collectorConfig },
  { name: 'Writer', sections: [...common, store], read: writerConfig },
  { name: 'Simulator', sections: [], read: simulatorConfig },
  { name: 'Local stack', sections: [store], read: stackConfig },
  { name: 'Set-up', sections: [], read: setupConfig },
  { name: 'Command line', sections: [], read: cliConfig },
];

/** Settings whose defaults lie below the folder for temporary files. */
const ofTheMachine = ['SPOOL_DIR'];

describe('docs/settings.md', () => {
  it.each(programs)('has every setting of $name with its default', ({ name, sections, read }) => {
    const { asked, config } = settingsOf(read);
    const about = rows.filter(({ section }) => section === name || sections.includes(section));
    const described = new Map(about.map(({ cells }) => [codesIn(cells[0] ?? '')[0], cells[1] ?? '']));

    expect([...described.keys()], 'settings that the page has').toEqual(expect.arrayContaining([...asked]));
    for (const [setting, value] of Object.entries(config)) {
      const [shown] = codesIn(described.get(setting) ?? '');
      // A default that is given in words depends on the machine, or there is none.
      if (shown === undefined || setting in needed || ofTheMachine.includes(setting)) continue;
      expect(`${setting} ${shown}`).toBe(`${setting} ${String(value)}`);
    }
  });

  it('has no setting that nothing reads', () => {
    const known = new Map(programs.map(({ name, read }) => [name, settingsOf(read).asked]));
    const all = new Set([...known.values()].flatMap((names) => [...names]));
    for (const { section, cells } of rows) {
      if (section === 'Containers') continue;
      const [setting] = codesIn(cells[0] ?? '');
      expect([...(known.get(section) ?? all)]).toContain(setting);
    }
  });

  it('has, with the page on operation, what the container of a collector elsewhere takes from the environment', async () => {
    const file = await readFile(join(root, 'deploy', 'collector', 'docker-compose.yml'), 'utf8');
    const operation = await readFile(join(root, 'docs', 'operations.md'), 'utf8');
    const known = settingsOf(collectorConfig).asked;
    const taken = [...file.matchAll(/^ +([A-Z0-9_]+): \$\{([A-Z0-9_]+)/gm)];
    expect(taken.length).toBeGreaterThan(5);
    for (const [, setting, variable = ''] of taken) expect(variable).toBe(setting);
    for (const [, variable = ''] of file.matchAll(/\$\{([A-Z0-9_]+)/g)) {
      const isKnown = known.has(variable.replace(/_FILE$/, '')) || operation.includes(`\`${variable}\``);
      expect(isKnown, variable).toBe(true);
    }
  });

  it('has what docker-compose.yml and its override files take from the environment', async () => {
    const files = ['docker-compose.yml', 'docker-compose.cluster.yml', 'docker-compose.collectors.yml'];
    const compose = (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).join('\n');
    const taken = new Set([...compose.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name));
    const described = rows.filter(({ section }) => section === 'Containers');
    expect(new Set(described.flatMap(({ cells }) => codesIn(cells[0] ?? '')))).toEqual(taken);
  });
});
