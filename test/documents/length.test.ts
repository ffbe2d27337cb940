import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('README is read to its end: 650 words at most', async () => {
  expect(await wordsIn('README.md')).toBeLessThanOrEqual(650);
});

it('a decision takes 200 words at most', async () => {
  const lengths: [page: string, words: number][] = [];
  for await (const page of glob('docs/adr/[0-9]*.md', { cwd: root })) {
    lengths.push([page, await wordsIn(page)]);
  }
  expect(lengths.length).toBeGreaterThan(20);
  expect(lengths.filter(([, words]) => words > 200)).toEqual([]);
});

/** Counts what `wc -w` counts: signs and the bars of tables too. */
async function wordsIn(page: string): Promise<number> {
  const text = await readFile(join(root, page), 'utf8');
  return text.split(/\s+/).filter((word) => word !== '').length;
}
