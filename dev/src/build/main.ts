// `npm run build`: builds everything that is run into `dist/`.

import { parseArgs } from 'node:util';
import { buildConsole, ConsoleBuildFailed } from '../console/build-console.ts';
import { buildPrograms, buildStale } from './build.ts';

const { values: options } = parseArgs({
  options: {
    /** Only the programs, and only when their sources have changed. */
    stale: { type: 'boolean', default: false },
    /** Without what only `npm start` needs: an image has another PostgreSQL. */
    'for-image': { type: 'boolean', default: false },
  },
});

try {
  if (options.stale) await buildStale();
  else {
    await buildPrograms({ forImage: options['for-image'] });
    await buildConsole();
    process.stdout.write('dist/ is built.\n');
  }
} catch (error) {
  if (!(error instanceof ConsoleBuildFailed)) throw error;
  process.stderr.write(`The console could not be built:\n${error.message}\n`);
  process.exitCode = 1;
}
