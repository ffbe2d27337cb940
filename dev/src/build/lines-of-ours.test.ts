import { SourceMap } from 'node:module';
import { expect, it } from 'vitest';
import { SourceLines } from './carried/source-lines.ts';
import { linesOf } from './lines-of-ours.ts';

// `a a b` in the first line of the module, nothing in the second, and in the third `a`, 70 lines further, on two lines.
const map = JSON.stringify({
  version: 3,
  sources: ['../src/a.ts', '../node_modules/b/b.js'],
  names: ['one'],
  mappings: 'AACAA,IAAI,CCAN;;ADsEA,GAEJ',
});
const isOurs = (source: string) => !source.includes('node_modules');

/** What Node makes of a map. */
function byNode(text: string, line: number, column: number): string | undefined {
  const entry = new SourceMap(JSON.parse(text)).findEntry(line, column);
  if (!('originalLine' in entry) || !entry.originalSource) return undefined;
  return `${entry.originalSource.replace('../', '')}:${entry.originalLine + 1}`;
}

const ofA = [
  [0, 0],
  [0, 4],
  [2, 0],
  [2, 3],
  [2, 99],
] as const;

it('a map of lines tells the same lines of our sources as the whole, and nothing of packages', () => {
  const lines = linesOf(map, isOurs);
  expect(JSON.parse(lines)).toMatchObject({ sources: ['../src/a.ts'], names: [] });
  expect(lines.length).toBeLessThan(map.length);
  const read = new SourceLines(lines);
  for (const [line, column] of ofA) {
    const place = read.find(line, column);
    expect(place).toMatch(/^src\/a\.ts:\d+$/);
    expect(place).toBe(byNode(map, line, column));
    expect(place).toBe(byNode(lines, line, column));
  }
  expect(byNode(map, 0, 5)).toBe('node_modules/b/b.js:2');
  expect(read.find(0, 5)).toBeUndefined();
  expect(read.find(1, 0)).toBeUndefined();
  expect(SourceLines.none.find(0, 0)).toBeUndefined();
});
