import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declaredMetrics } from '../metrics/declared-metrics.ts';
import { tableRows } from './markdown-tables.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8');

describe('docs/metrics.md', () => {
  it.each([...declaredMetrics()])('has the metrics of "%s" as they are', (section, metrics) => {
    const rows = tableRows(page).filter((row) => row.section === section);
    const described = rows.map(({ cells }) => `| ${cells.join(' | ')} |`);
    const declared = metrics.map(({ name, type, labels, help }) => {
      const names = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${names} | ${help} |`;
    });
    expect(described).toEqual(declared);
  });

  it('has no metric that no service has', () => {
    const declared = new Set([...declaredMetrics().values()].flat().map(({ name }) => name));
    const named = [...page.matchAll(/\bholdfast_[a-z0-9_]+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect(named.filter((name) => !declared.has(name))).toEqual([]);
  });
});
