import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The licence in package.json, with older forms turned into one expression, or undefined if there is nothing usable. */
  readonly licence: string | undefined;
}

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly license?: unknown;
  readonly licenses?: unknown;
}

/**
 * All packages that pnpm has put into `node_modules`, each version once, by name. Packages of the workspace and those of
 * other platforms are not among them.
 * @throws when there is nothing, or a package that cannot be read
 */
export async function installedPackages(nodeModules: string): Promise<InstalledPackage[]> {
  const store = join(nodeModules, '.pnpm');
  const packages = new Map<string, InstalledPackage>();
  for (const folder of await namesIn(store)) {
    await collect(join(store, folder, 'node_modules'), packages);
  }
  if (packages.size === 0)
    throw new Error(`There are no packages in ${store}: install them first (npm start).`);
  return [...packages.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
}

/** Collects the packages in a folder named node_modules and in nested ones. Links are skipped: they lead into the store. */
async function collect(folder: string, packages: Map<string, InstalledPackage>): Promise<void> {
  for (const name of await packageNamesIn(folder)) {
    const path = join(folder, name);
    if (!(await lstat(path)).isDirectory()) continue;
    const manifest: Manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    const one = {
      name: typeof manifest.name === 'string' ? manifest.name : name,
      version: typeof manifest.version === 'string' ? manifest.version : 'of no version',
      licence: licenceOf(manifest),
    };
    packages.set(`${one.name}@${one.version} ${one.licence}`, one);
    await collect(join(path, 'node_modules'), packages);
  }
}

async function packageNamesIn(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith('.'));
  const scoped = await Promise.all(
    names.map(async (name) =>
      name.startsWith('@') ? (await namesIn(join(folder, name))).map((inner) => `${name}/${inner}`) : [name],
    ),
  );
  return scoped.flat();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

/** Reads the licence. Before SPDX expressions npm knew `{ type }`, and a list of them to choose from. */
function licenceOf({ license, licenses }: Manifest): string | undefined {
  const ids = [license ?? licenses]
    .flat()
    .map((each) => (typeof each === 'object' && each !== null && 'type' in each ? each.type : each));
  const isUsable = ids.length > 0 && ids.every((id) => typeof id === 'string' && id.trim() !== '');
  if (!isUsable) return undefined;
  return ids.length === 1 ? String(ids[0]) : ids.map((id) => `(${id})`).join(' OR ');
}
