import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { postgresFolder } from '../postgres-folder.ts';
import { PROJECT_ROOT } from '../stack/home-folder.ts';

/** What a package reads at run time, so that it cannot be part of a module. */
export interface PackageFiles {
  /** The name of its folder in `dist/`. */
  readonly name: (typeof packageFolders)[number];
  /** The folder of the package. */
  readonly from: string;
  /** The files and folders that are taken. */
  readonly parts: readonly string[];
}

/** The folders in `dist/` with files of packages. */
export const packageFolders = ['fonts', 'swagger-ui', 'serialport', 'postgres'] as const;

export const fontFile = 'files/ibm-plex-sans-latin-wght-normal.woff2';

export async function packageFiles({
  withPostgres,
}: {
  readonly withPostgres: boolean;
}): Promise<readonly PackageFiles[]> {
  const swaggerUi = folderOf('services/api', '@fastify/swagger-ui');
  const serialport = folderOf(await driverWith('serialport'), 'serialport', '@serialport/bindings-cpp');
  return [
    {
      name: 'fonts',
      from: join(PROJECT_ROOT, 'services/api/node_modules/@fontsource-variable/ibm-plex-sans'),
      parts: ['LICENSE', fontFile],
    },
    { name: 'swagger-ui', from: swaggerUi, parts: ['LICENSE', 'static'] },
    { name: 'serialport', from: serialport, parts: ['LICENSE', 'prebuilds'] },
    ...(withPostgres
      ? [
          {
            name: 'postgres' as const,
            from: dirname(await postgresFolder()),
            parts: ['LICENSE.md', 'native'],
          },
        ]
      : []),
  ];
}

/** The folder of a driver that depends on a package. */
async function driverWith(dependency: string): Promise<string> {
  for (const driver of await readdir(join(PROJECT_ROOT, 'drivers'))) {
    const manifest = await readFile(join(PROJECT_ROOT, 'drivers', driver, 'package.json'), 'utf8');
    if (dependency in JSON.parse(manifest).dependencies) return join('drivers', driver);
  }
  throw new Error(`no driver depends on ${dependency}`);
}

/** The folder of a package, by the way of dependencies that leads to it. */
function folderOf(start: string, ...packages: readonly string[]): string {
  return packages.reduce(
    (folder, name) => {
      const main = createRequire(join(folder, 'package.json')).resolve(name);
      return main.slice(0, main.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
    },
    join(PROJECT_ROOT, start),
  );
}

/** Takes the files over, unless those of the same version are there already. */
export async function placePackageFiles({ name, from, parts }: PackageFiles, dist: string): Promise<void> {
  const to = join(dist, name);
  const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  const mark = `${version}\n`;
  const markFile = join(to, 'version');
  if ((await readFile(markFile, 'utf8').catch(() => undefined)) === mark) return;
  await rm(to, { recursive: true, force: true });
  for (const part of parts) await place(join(from, part), join(to, part));
  await writeFile(markFile, mark);
}

async function place(from: string, to: string): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    await mkdir(to, { recursive: true });
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
      else await place(source, target);
    }
    return;
  }
  await mkdir(dirname(to), { recursive: true });
  // A link takes no time and no space; it needs one file system.
  await link(from, to).catch(() => copyFile(from, to));
}
