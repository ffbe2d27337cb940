import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { builtFrom, builtProgram, DIST, isBuilt, stampOf } from '../../setup/dist.mjs';
import { startProcess } from '../child-process.ts';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { bundle } from './bundle.ts';
import type { Manifest } from './manifest.ts';
import { type ProgramName, programs } from './programs.ts';

const names = Object.keys(programs) as ProgramName[];
const inDist = (file: string) => readFile(join(DIST, file), 'utf8');

describe('what is built', () => {
  it.each(names)('has the same bytes as another build of its sources: %s', async (name) => {
    const { files } = await bundle(name);
    for (const [file, content] of files) expect(content === (await inDist(file)), file).toBe(true);
  });

  it.each(names)('does not depend on where the checkout is: %s', async (name) => {
    for (const file of [`${name}.mjs`, `${name}.mjs.map`])
      expect((await inDist(file)).includes(PROJECT_ROOT), file).toBe(false);
  });

  it('names the lines of the sources in stack traces', async () => {
    const program = await startProcess({
      name: 'load-demo',
      command: process.execPath,
      args: [builtProgram('load-demo'), '--no-such-option'],
    });
    await program.exited;
    const source = 'simulators/plant/src/load-demo-main.ts';
    const [, line = ''] = new RegExp(`at ${source}:(\\d+)`).exec(program.lastLines(20).join('\n')) ?? [];
    const lines = (await readFile(join(PROJECT_ROOT, source), 'utf8')).split('\n');
    expect(lines[Number(line) - 1]).toContain('parseArgs(');
  });

  it('is in the manifest, with its checksums and the version', async () => {
    const manifest: Manifest = JSON.parse(await inDist('manifest.json'));
    const { version } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8'));
    expect(manifest.version).toBe(version);
    expect(Object.keys(manifest.files)).toEqual(expect.arrayContaining(names.map((name) => `${name}.mjs`)));
    for (const file of ['api.mjs', 'writer.mjs.map', 'swagger-ui/static/logo.svg', 'licences.json']) {
      const content = await readFile(join(DIST, file));
      expect(manifest.files[file], file).toBe(createHash('sha256').update(content).digest('hex'));
    }
  });

  it('passes on the licences of what it contains', async () => {
    const licences: { name: string; text: string }[] = JSON.parse(await inDist('licences.json'));
    const packages = licences.map(({ name }) => name);
    for (const name of [
      'fastify',
      'pg',
      'zod',
      '@serialport/bindings-cpp',
      '@fontsource-variable/ibm-plex-sans',
    ])
      expect(packages).toContain(name);
    expect(licences.filter(({ text }) => text === '')).toEqual([]);
  });
});

describe('a build', () => {
  async function checkoutOf(content: string): Promise<string> {
    const root = await temporaryFolder('checkout');
    await mkdir(join(root, 'drivers', 'modbus'), { recursive: true });
    await mkdir(join(root, 'dist'));
    await writeFile(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 9\n');
    await writeFile(join(root, 'main.ts'), content);
    for (const file of ['main.mjs', 'manifest.json']) await writeFile(join(root, 'dist', file), 'built');
    return root;
  }
  const sources = ['main.ts'];
  const note = (root: string) =>
    writeFile(
      join(root, 'dist', builtFrom),
      JSON.stringify({ sources, stamp: stampOf(sources, root), outputs: ['main.mjs'] }),
    );

  it('is stale when a source, the lockfile or the drivers have changed, or a file is missing', async () => {
    const root = await checkoutOf('1;');
    expect(isBuilt(root)).toBe(false);
    await note(root);
    expect(isBuilt(root)).toBe(true);

    await writeFile(join(root, 'main.ts'), '2;');
    expect(isBuilt(root)).toBe(false);
    await note(root);
    await writeFile(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 10\n');
    expect(isBuilt(root)).toBe(false);
    await note(root);
    await mkdir(join(root, 'drivers', 'acme'));
    expect(isBuilt(root)).toBe(false);
    await writeFile(
      join(root, 'dist', builtFrom),
      JSON.stringify({ sources, stamp: stampOf(sources, root), outputs: ['main.mjs', 'other.mjs'] }),
    );
    expect(isBuilt(root)).toBe(false);
    await note(root);
    expect(isBuilt(root)).toBe(true);
  });
});
