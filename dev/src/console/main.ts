// `npm run console`: builds the console's files, which the API serves.

import { buildConsole, ConsoleBuildFailed } from './build-console.ts';

try {
  const isNew = await buildConsole();
  process.stdout.write(isNew ? 'The console is built.\n' : 'The console is as its sources are already.\n');
} catch (error) {
  if (!(error instanceof ConsoleBuildFailed)) throw error;
  process.stderr.write(`The console could not be built:\n${error.message}\n`);
  process.exitCode = 1;
}
