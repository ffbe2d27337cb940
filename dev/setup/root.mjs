import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, wherever this was called from. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
