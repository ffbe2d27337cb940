import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { paragraphsOf } from '../src/problems/problem-paragraphs.ts';

const pages = { en: 'problems.md', zh: 'problems.zh-CN.md' } as const;
const documents = join(import.meta.dirname, '../../../docs/reference');

/** Writes problems.json: what the reference says about each problem code, which the console then shows without a network. */
export function carriedProblems(): Plugin {
  return {
    name: 'carried-problems',
    async generateBundle() {
      const [en, zh] = await Promise.all(
        [pages.en, pages.zh].map(async (page) => paragraphsOf(await readFile(join(documents, page), 'utf8'))),
      );
      this.emitFile({ type: 'asset', fileName: 'problems.json', source: JSON.stringify({ en, zh }) });
    },
  };
}
