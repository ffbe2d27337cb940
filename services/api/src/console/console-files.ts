import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the console as the build left it, with its compressed forms by the name of their encoding. */
export interface ConsoleFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly packed: Readonly<Partial<Record<'br' | 'gzip', Buffer>>>;
}

/** All files by their path below the build folder: `index.html`, `assets/…`. */
export type ConsoleBuild = ReadonlyMap<string, ConsoleFile>;

export interface ConsoleFiles {
  /** The newest build, or undefined if there is none. */
  build(): Promise<ConsoleBuild | undefined>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const suffixes = { br: '.br', gzip: '.gz' } as const;

/**
 * Serves the console from memory. It is only a few hundred kB, and no caller's path ever reaches the disk. A newer
 * build is picked up when its index.html has changed, which the build writes last.
 */
export function consoleFiles(folder: string): ConsoleFiles {
  let cachedBuild: { readonly stamp: string; readonly build: Promise<ConsoleBuild> } | undefined;
  return {
    build: async () => {
      const index = await stat(join(folder, 'index.html')).catch(() => undefined);
      if (index === undefined) return undefined;
      const stamp = `${index.mtimeMs} ${index.size} ${index.ino}`;
      if (cachedBuild?.stamp !== stamp) {
        const build = readBuild(folder);
        cachedBuild = { stamp, build };
        build.catch(() => {
          cachedBuild = undefined;
        });
      }
      return cachedBuild.build;
    },
  };
}

async function readBuild(folder: string): Promise<ConsoleBuild> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const has = new Set(names);
  const files = names.flatMap(async (name) => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const plain = await readFile(join(folder, name));
    const packed: Partial<Record<'br' | 'gzip', Buffer>> = {};
    for (const [encoding, suffix] of Object.entries(suffixes) as ['br' | 'gzip', string][]) {
      if (has.has(name + suffix)) packed[encoding] = await readFile(join(folder, name + suffix));
    }
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 27)}"`;
    return [[name, { type, etag, plain, packed }] as const];
  });
  return new Map((await Promise.all(files)).flat());
}
