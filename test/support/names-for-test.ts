import { join } from 'node:path';

/** Settings of a service that has names of its own, besides those of this machine: a name without an address is not found. */
export function namesForTest(names: Readonly<Record<string, string>>): Record<string, string> {
  const hooks = join(import.meta.dirname, 'own-names.ts');
  return { NODE_OPTIONS: `--import=${hooks}`, OWN_NAMES: JSON.stringify(names) };
}
