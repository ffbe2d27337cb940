/** Folders of the code that a build is made of: its own, and that of the workspace which it imports, directly or through another. */
export const sourcesOfConsole = [
  'services/console/src',
  'packages/api-client/src',
  'packages/driver/src',
  'packages/shared/src',
];
