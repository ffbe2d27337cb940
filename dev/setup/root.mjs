import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, wherever this was called from. */
export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
