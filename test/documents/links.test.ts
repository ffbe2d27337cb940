import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

it('links between the documents lead to a file and a heading that are there', async () => {
  for (const page of await pages()) {
    const markdown = await readFile(join(root, page), 'utf8');
    for (const [, target = ''] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      expect(existsSync(file), `${page} links to ${target}`).toBe(true);
      if (anchor === undefined) continue;
      expect(anchorsOf(await readFile(file, 'utf8')), `${page} links to ${target}`).toContain(anchor);
    }
  }
});

it('files that the documents name are there', async () => {
  for (const page of await pages()) {
    const markdown = await readFile(join(root, page), 'utf8');
    for (const [, path = ''] of markdown.matchAll(
      /`((?:packages|services|simulators|dev|test|bench|deploy)\/[\w./-]+)`/g,
    )) {
      expect(existsSync(join(root, path)), `${page} names ${path}`).toBe(true);
    }
  }
});

it('tests that the documents name without their folder are there', async () => {
  const tests = new Set<string>();
  for await (const file of glob('{packages,drivers,services,simulators,dev,test,bench,tools}/**/*.test.ts', {
    cwd: root,
    exclude: ['**/node_modules'],
  })) {
    tests.add(basename(file));
  }
  for (const page of await pages()) {
    const markdown = await readFile(join(root, page), 'utf8');
    for (const [, name = ''] of markdown.matchAll(/`([\w.-]+\.test\.ts)`/g)) {
      expect(tests, `${page} names ${name}`).toContain(name);
    }
  }
});

it('the Chinese README leads to every place that the English one leads to', async () => {
  const placesIn = async (page: string) => {
    const markdown = await readFile(join(root, page), 'utf8');
    return new Set([...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target));
  };
  const places = await placesIn('README.zh-CN.md');
  // A link may lead to the Chinese page or picture of the same name.
  const chinese = new Set([...places, ...[...places].map((target) => target?.replace('.zh-CN', ''))]);
  const english = [...(await placesIn('README.md'))].filter((target) => target !== 'README.zh-CN.md');
  expect(english.length).toBeGreaterThan(10);
  expect(english.filter((target) => !chinese.has(target))).toEqual([]);
});

async function pages(): Promise<string[]> {
  const paths: string[] = [];
  for await (const page of glob(['*.md', 'docs/**/*.md'], { cwd: root })) paths.push(page);
  return paths;
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+\s+(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
