import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
/** A driver is to be written, and understood, within days: the port has ready what several need. */
const mostLines = 1_200;
/** Modbus came first, in three protocols over TCP and serial lines. */
const larger = ['modbus', 'registry'];

/** Lines of code by driver, without tests, what only they need, its texts, and comment lines. */
async function linesByDriver(): Promise<ReadonlyMap<string, number>> {
  const lines = new Map<string, number>();
  for await (const file of glob('drivers/*/src/**/*.ts', { cwd: root })) {
    const [, driver = ''] = file.split('/');
    if (larger.includes(driver) || /(\.test|\/texts)\.ts$|\/testing\//.test(file)) continue;
    const text = await readFile(join(root, file), 'utf8');
    const code = text.replace(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*)$/gm, '').match(/\S.*/g) ?? [];
    lines.set(driver, (lines.get(driver) ?? 0) + code.length);
  }
  return lines;
}

it(`a driver has ${mostLines} lines of code at the most`, async () => {
  const lines = await linesByDriver();
  expect([...lines.keys()].sort()).toEqual(expect.arrayContaining(['melsec', 'mqtt']));
  expect([...lines].filter(([, count]) => count > mostLines || count < mostLines / 10)).toEqual([]);
});
