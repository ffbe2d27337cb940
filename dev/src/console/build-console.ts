import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeManifest } from '../build/manifest.ts';
import { startProcess } from '../child-process.ts';
import type { LineLog } from '../line-log.ts';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { sourcesOfConsole } from './console-sources.ts';

const folder = join(PROJECT_ROOT, 'services', 'console');
const built = join(PROJECT_ROOT, 'dist', 'console');
const stampFile = join(built, 'built-from');

/** The console could not be built; the reason is in the build's log. */
export class ConsoleBuildFailed extends Error {
  override readonly name = 'ConsoleBuildFailed';
}

/**
 * Builds the console if its sources have changed since the last build.
 * @returns whether there was anything to build
 * @throws ConsoleBuildFailed; the former build stays
 */
export async function buildConsole(log?: LineLog): Promise<boolean> {
  const stamp = await stampOfSources();
  if ((await readFile(stampFile, 'utf8').catch(() => undefined)) === stamp) return false;
  // Built next to the former build, which is served meanwhile, and which another process may be about to replace as well.
  const fresh = join(folder, 'node_modules', `.build-${process.pid}`);
  const replaced = `${fresh}-old`;
  try {
    const vite = await startProcess({
      name: 'console',
      command: process.execPath,
      args: [join(folder, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', fresh, '--logLevel', 'warn'],
      cwd: folder,
      // With the value that a test runner sets, React would be built for development.
      env: { NODE_ENV: 'production' },
      ...(log && { log }),
    });
    const { code } = await vite.exited;
    if (code !== 0) throw new ConsoleBuildFailed(vite.lastLines(15).join('\n'));
    await mkdir(fresh, { recursive: true });
    await writeFile(join(fresh, 'built-from'), stamp);
    await mkdir(join(built, '..'), { recursive: true });
    await rename(built, replaced).catch(() => {});
    await rename(fresh, built).catch(() => {});
    await writeManifest();
    return true;
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(replaced, { recursive: true, force: true });
  }
}

/** A hash over the sources of a build: the console's own, and those of the workspace that it imports. */
async function stampOfSources(): Promise<string> {
  const patterns = [
    ...sourcesOfConsole.map((folder) => `${folder}/**/*.*`),
    'services/console/{build,public}/**/*.*',
    'services/console/{index.html,vite.config.ts,package.json}',
    'docs/reference/problems{,.zh-CN}.md',
    'pnpm-lock.yaml',
  ];
  const files: string[] = [];
  for await (const file of glob(patterns, { cwd: PROJECT_ROOT })) files.push(file);
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash.update(`${file}\n`).update(await readFile(join(PROJECT_ROOT, file)));
  }
  return hash.digest('hex');
}
