import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** What set-up brings along beside the packages, for this clone alone. Git does not know it; removing it does no harm. */
export const TOOLS = join(ROOT, '.tools');
