import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** The folder for tools that set-up brings, for this clone alone. Git ignores it; removing it does no harm. */
export const TOOLS = join(ROOT, '.tools');
