import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configurationOf, judgeCsv, press } from './testing/judge-csv.ts';

const folder = join(import.meta.dirname, 'lists');

/**
 * A file has cases: `# what it shows`, a list, settings and the points that are there as JSON, and below `=>` what becomes
 * of the list, which `vitest run -u` writes.
 */
it.each(readdirSync(folder))('lists become what stands below them: %s', async (name) => {
  const cases = readFileSync(join(folder, name), 'utf8').split(/^(?=# )/m);
  const texts = cases.map(async (text) => {
    const [input = ''] = text.split(/^=>$/m);
    const [, list = '', json = '{}'] = /^# .*\n([\s\S]*?)(\{.*\}\n)?$/.exec(input) ?? [];
    const { points, devices, ...settings } = JSON.parse(json);
    const from = devices === 'none' ? configurationOf() : press(points);
    return `${input}=>\n${await judgeCsv(list, from, settings)}`;
  });
  await expect((await Promise.all(texts)).join('\n')).toMatchFileSnapshot(join(folder, name));
});
