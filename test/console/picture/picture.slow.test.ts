import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { chromium } = inject('installedServers');
const documents = join(import.meta.dirname, '../../../docs');

it.skipIf(chromium === null)('takes the pictures of the documents of a factory that runs', async () => {
  const out = await temporaryFolder('picture');
  const args = ['--minutes', '0.2', '--out', out, '--chromium', chromium ?? ''];
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);
  const files = (await readdir(out)).toSorted();
  expect(files).toEqual((await readdir(documents)).filter((file) => file.endsWith('.png')).toSorted());
  for (const file of files) {
    const png = await readFile(join(out, file));
    // Width and height stand behind the signature and the name of the first chunk (PNG, 11.2.2).
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1440, 860]);
    expect(png.length).toBeGreaterThan(50_000);
  }
});
