/** Folders with the sources of a build: the console's own, and those of the workspace that it imports, directly or not. */
export const sourcesOfConsole = [
  'services/console/src',
  'packages/api-client/src',
  'packages/driver/src',
  'packages/shared/src',
  'packages/texts/src',
];
