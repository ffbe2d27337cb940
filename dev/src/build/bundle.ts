import { dirname, join, relative, resolve } from 'node:path';
import { simulatorFolders } from '@holdfast/plant/find-simulators.ts';
import { type Plugin, rolldown } from 'rolldown';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { linesOf } from './lines-of-ours.ts';
import { fontFile } from './package-files.ts';
import { type ProgramName, programs } from './programs.ts';

export interface Bundle {
  /** Relative to `dist/`: the module and its source map. */
  readonly files: ReadonlyMap<string, string>;
  /** The files that the module is made of: absolute paths. */
  readonly sources: readonly string[];
}

/** Makes one module of a program and of all that it imports. */
export async function bundle(name: ProgramName): Promise<Bundle> {
  const file = `${name}.mjs`;
  const build = await rolldown({
    input: entry,
    cwd: PROJECT_ROOT,
    platform: 'node',
    checks: { pluginTimings: false },
    plugins: [entryOf(name), filesOfOurs(file), filesOfPackages(file)],
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  try {
    const { output } = await build.generate({
      file: join(PROJECT_ROOT, 'dist', file),
      format: 'esm',
      codeSplitting: false,
      sourcemap: true,
      // One character beyond Latin-1 would double what the engine keeps of the text.
      charset: 'ascii',
      comments: { legal: true, annotation: false, jsdoc: false },
      // The map names the sources; readers of a stack trace have them in the checkout.
      sourcemapExcludeSources: true,
    });
    const sources = output.flatMap((each) => (each.type === 'chunk' ? each.moduleIds : []));
    return {
      files: new Map(
        output.map((each) => {
          const content =
            each.type === 'chunk'
              ? each.code
              : linesOf(String(each.source), (path) => !path.includes('/node_modules/'));
          return [join(dirname(file), each.fileName), content];
        }),
      ),
      sources: sources.filter((id) => id.startsWith(PROJECT_ROOT)),
    };
  } finally {
    await build.close();
  }
}

/** Whether a file is no package's. */
export function isOurs(id: string): boolean {
  return id.startsWith(PROJECT_ROOT) && !id.includes('/node_modules/');
}

const entry = 'holdfast:entry';
const stacks = 'dev/src/build/carried/source-stacks.ts';

/** Begins a program with what all of them carry. */
function entryOf(name: ProgramName): Plugin {
  return {
    name: 'entry',
    resolveId: { filter: { id: /^holdfast:entry$/ }, handler: (id) => id },
    load: {
      filter: { id: /^holdfast:entry$/ },
      handler: () =>
        `import '${join(PROJECT_ROOT, stacks)}';\nexport * from '${join(PROJECT_ROOT, programs[name])}';`,
    },
  };
}

/** Files and folders that the sources find by a URL, and where they are as seen from `dist/`. */
const places: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(programs).map(([name, source]) => [source, `${name}.mjs`])),
  '': '..',
  'dist/console': 'console',
  [`services/api/node_modules/@fontsource-variable/ibm-plex-sans/${fontFile}`]: `fonts/${fontFile}`,
  'test/verify/main.ts': '../test/verify/main.ts',
};

/** Modules that look for something in the checkout, which a build knows. */
const substitutes: Readonly<Record<string, () => string>> = {
  'simulators/plant/src/find-simulators.ts': () => {
    const folders = simulatorFolders();
    const imports = folders.map((folder) => `import('${join(PROJECT_ROOT, folder, 'simulator.ts')}')`);
    return `export const simulatorFolders = () => ${JSON.stringify(folders)};
export async function findSimulators() {
  return (await Promise.all([${imports}])).map(({ simulator }) => simulator);
}`;
  },
  'dev/src/postgres-folder.ts': () => `import { fileURLToPath } from 'node:url';
export const postgresFolder = async () => fileURLToPath(new URL('./postgres/native', import.meta.url));`,
};

/** Gives files of ours that are found by a URL their places in `dist/`. */
function filesOfOurs(file: string): Plugin {
  return {
    name: 'files-of-ours',
    load: {
      filter: { id: Object.keys(substitutes).map((source) => `**/${source}`) },
      handler: (id) => substitutes[relative(PROJECT_ROOT, id)]?.(),
    },
    transform: {
      filter: { id: { exclude: /\/node_modules\// }, code: 'import.meta' },
      handler(code, id) {
        const source = relative(PROJECT_ROOT, id);
        if (!isOurs(id) || source in substitutes || source === stacks) return;
        const moved = code.replaceAll(
          /new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g,
          (_, path: string) => {
            const place = places[relative(PROJECT_ROOT, resolve(dirname(id), path))];
            if (place === undefined) this.error(`${source}: a build does not know where ${path} is`);
            return `new URL('${fromFile(file, place)}', import.meta['url'])`;
          },
        );
        if (moved.includes('import.meta.'))
          this.error(`${source}: a build knows no way to files but new URL('…', import.meta.url)`);
        return { code: moved, map: null };
      },
    },
  };
}

/** Packages that read files next to themselves, and the names of their folders in `dist/`. */
const folderNames: Readonly<Record<string, string>> = {
  '@fastify/swagger-ui': 'swagger-ui',
  '@serialport/bindings-cpp': 'serialport',
};

/** Lets packages find the files that {@link placePackageFiles} has put into `dist/`. */
function filesOfPackages(file: string): Plugin {
  const folder = 'holdfast:dist';
  return {
    name: 'files-of-packages',
    resolveId: { filter: { id: /^holdfast:dist$/ }, handler: (id) => id },
    load: {
      filter: { id: /^holdfast:dist$/ },
      handler: () => `import { fileURLToPath } from 'node:url';
export const inDist = (path) => fileURLToPath(new URL(path, import.meta.url));`,
    },
    transform: {
      filter: { code: '__dirname' },
      handler(code, id) {
        const [, name = '', path = ''] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(id) ?? [];
        const folderName = folderNames[name];
        if (folderName === undefined) return;
        const place = fromFile(file, join(folderName, dirname(path)));
        return {
          code: code.replaceAll(/\b__dirname\b/g, `require('${folder}').inDist('${place}')`),
          map: null,
        };
      },
    },
  };
}

function fromFile(file: string, place: string): string {
  const path = relative(dirname(file), place);
  return path.startsWith('.') ? path : `./${path}`;
}
