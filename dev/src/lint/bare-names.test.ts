import { expect, it } from 'vitest';
import { bareNames } from './bare-names.ts';

it('names that only say what happened to a thing are found where they are declared', () => {
  const lines = [
    'const found = rows();',
    'function told(seen: Row) {}',
    'const [known] = rows, { row: given } = first;',
    'class Cache { #asked = 1; #judged() {} }',
    'const { id, ...said } = row; function keep([first, ...kept]: Row[], ...shown: Row[]) {}',
    'type Judged = Row; interface Known {} class Told {}',
    "import { rows as wanted } from './rows.ts';",
  ];
  expect(bareNames('a/rows.ts', lines.join('\n'))).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 7]);
  expect(bareNames('a/known.test.ts', '')).toEqual([1]);
});

it('names of properties, and names that say what a thing is, are left alone', () => {
  const source = `
    interface Reply { known: boolean; told(): void }
    const { found } = reply;
    import { told } from './reply.ts';
    const foundRows = reply.found, isKnown = true;
    type Judge = (given: Row) => void;
  `;
  expect(bareNames('a/known-devices.ts', source)).toEqual([]);
});
