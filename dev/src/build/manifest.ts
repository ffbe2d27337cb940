import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { builtFrom, DIST } from '../../setup/dist.mjs';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { packageFolders } from './package-files.ts';
import { replaceFile } from './replace-file.ts';

export interface Manifest {
  readonly version: string;
  /** Null outside of a Git checkout. */
  readonly commit: string | null;
  /** Whether the checkout had changes that the commit lacks. */
  readonly modified: boolean;
  /** SHA-256 of each file. */
  readonly files: Readonly<Record<string, string>>;
}

export const manifestFile = 'manifest.json';

/** Writes down what `dist/` has, of which version; nothing where it is not built as a whole. */
export async function writeManifest(): Promise<void> {
  const outputs = await builtModules();
  if (outputs === undefined) return;
  const { version } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8'));
  const folders = await Promise.all([...packageFolders, 'console'].map(filesIn));
  const files: Record<string, string> = {};
  for (const file of [...outputs, ...folders.flat()].sort()) {
    // A build of the console may replace its files at the same time; it writes the manifest when it is done.
    const content = await readFile(join(DIST, file)).catch(() => undefined);
    if (content !== undefined) files[file] = createHash('sha256').update(content).digest('hex');
  }
  const manifest: Manifest = { version, ...(await commitOfCheckout()), files };
  await replaceFile(join(DIST, manifestFile), `${JSON.stringify(manifest, undefined, 1)}\n`);
}

async function builtModules(): Promise<readonly string[] | undefined> {
  try {
    return JSON.parse(await readFile(join(DIST, builtFrom), 'utf8')).outputs;
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const path = join(DIST, folder);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(DIST, join(entry.parentPath, entry.name)));
}

async function commitOfCheckout(): Promise<Pick<Manifest, 'commit' | 'modified'>> {
  try {
    const git = async (...args: string[]) =>
      (await promisify(execFile)('git', args, { cwd: PROJECT_ROOT })).stdout.trim();
    return {
      commit: await git('rev-parse', 'HEAD'),
      modified: (await git('status', '--porcelain')) !== '',
    };
  } catch {
    return { commit: null, modified: false };
  }
}
