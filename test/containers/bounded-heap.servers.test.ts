import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectorNodeOptions } from '@holdfast/dev/stack/service-children.ts';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const main = /^(dist\/)?collector\.mjs$/;

describe('a collector', () => {
  it.each(['docker-compose.yml', 'deploy/collector/docker-compose.yml', 'docs/operations.md'])(
    'is started by %s with the bound on its new objects that npm start gives it',
    async (file) => {
      const lines = (await readFile(join(root, file), 'utf8')).split('\n');
      const starts = lines.filter((line) => line.includes('collector.mjs') && /command|ExecStart/.test(line));
      expect(starts).not.toEqual([]);
      for (const start of starts) {
        const words = start.split(/[\s,[\]]+/);
        const node = words.findIndex((word) => /(^|\/|=)node$/.test(word));
        expect(
          words.slice(
            node + 1,
            words.findIndex((word) => main.test(word)),
          ),
        ).toEqual(collectorNodeOptions);
      }
    },
  );
});
