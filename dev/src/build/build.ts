import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { licencesOf } from '../../../services/console/build/bundled-licences.ts';
import { builtFrom, DIST, isBuilt, stampOf } from '../../setup/dist.mjs';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { bundle, isOurs } from './bundle.ts';
import { manifestFile, writeManifest } from './manifest.ts';
import { packageFiles, placePackageFiles } from './package-files.ts';
import { type ProgramName, programs } from './programs.ts';
import { replaceFile } from './replace-file.ts';

/** What decides how the sources become modules. */
const recipe = [
  ...['build', 'bundle', 'manifest', 'package-files', 'programs', 'lines-of-ours', 'replace-file'].map(
    (file) => `dev/src/build/${file}.ts`,
  ),
  'dev/setup/dist.mjs',
  'simulators/plant/src/find-simulators.ts',
  'dev/src/postgres-folder.ts',
];

/** Builds the programs if their sources have changed since the last build. @returns whether there was anything to build */
export async function buildStale(): Promise<boolean> {
  if (isBuilt()) return false;
  await buildPrograms();
  return true;
}

/**
 * Builds the programs into `dist/`. Each file is replaced at once, so that what runs goes on, and two builds of the same
 * sources are no harm to each other.
 * @param options `forImage`: without what only `npm start` needs
 */
export async function buildPrograms({ forImage = false } = {}): Promise<void> {
  const begunAtMs = Date.now();
  // Until all is there it is no build.
  for (const file of [builtFrom, manifestFile]) await rm(join(DIST, file), { force: true });
  const all = Object.keys(programs) as ProgramName[];
  const bundles = await Promise.all(all.filter((name) => !forImage || name !== 'launcher').map(bundle));
  const sources = [...new Set(bundles.flatMap((each) => each.sources))].sort();
  const packages = await packageFiles({ withPostgres: !forImage });
  const ofPackages = packages.map(({ from }) => join(from, 'package.json'));
  const licences = await licencesOf([...sources, ...ofPackages]);
  const files = new Map([
    ...bundles.flatMap((each) => [...each.files]),
    ['licences.json', JSON.stringify(licences, undefined, 1)],
  ]);
  for (const [file, content] of files) await replaceFile(join(DIST, file), content);
  for (const each of packages) await placePackageFiles(each, DIST);
  await removeAllBut(files);
  const own = [...recipe, ...sources.filter(isOurs).map((file) => relative(PROJECT_ROOT, file))];
  // A source that changed during the build is built at the next start.
  const changes = own.filter((file) => statSync(join(PROJECT_ROOT, file)).mtimeMs >= begunAtMs);
  const stamp = changes.length > 0 ? '' : stampOf(own);
  const stamped = { stamp, sources: own, outputs: [...files.keys()].sort() };
  await replaceFile(join(DIST, builtFrom), `${JSON.stringify(stamped, undefined, 1)}\n`);
  await writeManifest();
}

/** Removes modules that are no longer built. */
async function removeAllBut(files: ReadonlyMap<string, string>): Promise<void> {
  for (const folder of ['', 'deploy']) {
    for (const name of await readdir(join(DIST, folder), { recursive: folder !== '' })) {
      const file = join(folder, name);
      if (/\.mjs(\.map)?$/.test(file) && !files.has(file)) await rm(join(DIST, file));
    }
  }
}
