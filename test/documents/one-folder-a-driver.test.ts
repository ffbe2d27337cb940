import { existsSync } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const drivers = (await readdir(join(root, 'drivers'))).filter(
  (name) => name !== 'registry' && existsSync(join(root, 'drivers', name, 'package.json')),
);

/** Everything that is written by hand and may name a driver, except documents, tests and measurements. */
const lists = [
  '{packages,drivers,services,simulators,dev,tools,deploy,.ci}/**',
  '*.{json,yaml,yml,ts,cjs}',
].map((pattern) => glob(pattern, { cwd: root, withFileTypes: true, exclude: isLeftOut }));

function isLeftOut({ name, parentPath }: { name: string; parentPath: string }): boolean {
  if (['node_modules', 'dist', 'testing'].includes(name)) return true;
  return parentPath.includes('/node_modules/') || /\.(md|svg|png)$|\.test\.ts$/.test(name);
}

async function textOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  if (!path.endsWith('package.json')) return text;
  // Tests and programs for developers may take a driver's simulator.
  const { devDependencies: _, ...manifest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(manifest);
}

const texts = new Map<string, string>();
for (const files of lists) {
  for await (const file of files) {
    if (!file.isFile() || file.name === 'pnpm-lock.yaml') continue;
    const path = join(file.parentPath, file.name);
    texts.set(path.slice(root.length + 1), await textOf(path));
  }
}

describe.each(drivers)('the driver %s', (driver) => {
  it('is named by its folder and the registry alone: whoever adds one touches nothing else', () => {
    const naming = new RegExp(`\\bdriver-${driver}\\b|\\bdrivers/${driver}\\b`);
    const files = [...texts].filter(
      ([file, text]) => !file.startsWith(`drivers/${driver}/`) && naming.test(text),
    );
    expect(files.map(([file]) => file).sort()).toEqual([
      'drivers/registry/package.json',
      'drivers/registry/src/load-driver.ts',
      'drivers/registry/src/specs.ts',
    ]);
  });
});
