import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** A package that the build contains parts of, as the console shows it. */
export interface BundledLicence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/**
 * Writes licences.json: every package whose code or font is in the build, with the text of its licence, which must be
 * passed on. The list follows from the real bundle, so it needs no maintenance.
 */
export function bundledLicences(): Plugin {
  const files: string[] = [];
  return {
    name: 'bundled-licences',
    async generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') files.push(...Object.keys(output.modules));
        else files.push(...output.originalFileNames.map((name) => join(import.meta.dirname, '..', name)));
      }
      // Fonts are noted by hand: style sheets are merged before they get here, so the names of their fonts are lost.
      files.push(join(import.meta.dirname, '../node_modules/@fontsource-variable/ibm-plex-sans/index.css'));
      const source = JSON.stringify(await licencesOf(files));
      this.emitFile({ type: 'asset', fileName: 'licences.json', source });
    },
  };
}

/** The licences of the packages that these files are of, by name and version. */
export async function licencesOf(files: readonly string[]): Promise<BundledLicence[]> {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const licences = await Promise.all([...folders].map(licenceOf));
  const byName = new Map(licences.map((each) => [`${each.name}@${each.version}`, each]));
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, licence]) => licence);
}

async function licenceOf(folder: string): Promise<BundledLicence> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  // MIT asks for its text. A package without the file still names its licence.
  const text =
    file === undefined ? `${name} is licensed under ${license}.` : await readFile(join(folder, file), 'utf8');
  return { name, version, licence: license, text: text.trim() };
}
