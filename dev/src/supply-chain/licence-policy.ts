/** Licences that a package may have, as SPDX ids. They only ask that their text is passed on. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Unlicense',
  'Zlib',
];

/** A package that is used although its licence is not on the list, or not in a form that can be compared. */
export interface LicenceException {
  /** A package's name; with `*` at its end, all names that begin so, for binaries of several platforms. */
  readonly name: string;
  /** The exact licence in its package.json, undefined where it names none; no other licence is excepted. */
  readonly licence: string | undefined;
  readonly reason: string;
}

export const LICENCE_EXCEPTIONS: readonly LicenceException[] = [
  {
    name: 'mcprotocol',
    licence: undefined,
    reason:
      'MIT by the LICENSE that comes with it. A client of PLCs in tests, neither changed nor passed on.',
  },
  {
    name: 'axe-core',
    licence: 'MPL-2.0',
    reason: 'Judges the console’s pages in tests, as it is: neither changed nor passed on, and in no image.',
  },
  {
    name: '@fontsource-variable/ibm-plex-sans',
    licence: 'OFL-1.1',
    reason: 'The console’s typeface, passed on unchanged and with its licence, which asks for no more.',
  },
  {
    name: 'lightningcss*',
    licence: 'MPL-2.0',
    reason:
      'Comes with the test runner’s bundler, as it is: neither changed nor passed on, and in no image. Its conditions ' +
      'concern whoever changes or distributes its files.',
  },
];
