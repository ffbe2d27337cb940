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

it('the hand-written English pages of docs take 25,000 words at most', async () => {
  let words = 0;
  for await (const page of glob('docs/*.md', { cwd: root })) {
    if (!page.endsWith('.zh-CN.md')) words += await wordsIn(page);
  }
  expect(words).toBeGreaterThan(10_000);
  expect(words).toBeLessThanOrEqual(25_000);
});

/** Signs alone, such as the bars of tables, are no words. */
async function wordsIn(page: string): Promise<number> {
  const text = await readFile(join(root, page), 'utf8');
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
