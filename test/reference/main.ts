// Writes docs/reference from the code: `npm run -s reference`.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referenceFolder, referencePages } from './reference-pages.ts';

const pages = await referencePages();
await mkdir(referenceFolder, { recursive: true });
for (const name of await readdir(referenceFolder)) {
  if (!pages.has(name)) await rm(join(referenceFolder, name));
}
for (const [name, text] of pages) await writeFile(join(referenceFolder, name), text);
