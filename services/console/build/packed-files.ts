import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const packable = new Set(['.js', '.css', '.json', '.svg']);
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Compresses the files once, as much as possible, instead of at each request. Fonts are compressed already. */
export function packedFiles(): Plugin {
  return {
    name: 'packed-files',
    writeBundle: async ({ dir = 'dist' }) => {
      const entries = await readdir(dir, { recursive: true, withFileTypes: true });
      await Promise.all(
        entries
          .filter((entry) => entry.isFile() && packable.has(extname(entry.name)))
          .map((entry) => pack(join(entry.parentPath, entry.name))),
      );
    },
  };
}

async function pack(file: string): Promise<void> {
  const plain = await readFile(file);
  const best = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } };
  await writeFile(`${file}.br`, await brotli(plain, best));
  await writeFile(`${file}.gz`, await deflate(plain, { level: 9 }));
}
