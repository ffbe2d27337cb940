import { join } from 'node:path';
import { isBuilt } from './dist.mjs';
import { SetupError, say } from './messages.mjs';
import { projectNode } from './packages.mjs';
import { ROOT } from './root.mjs';
import { run } from './run.mjs';

/** Builds the programs of `dist/` if their sources have changed. */
export async function requireBuild() {
  if (isBuilt()) return;
  say('Building …');
  const code = await run(projectNode(), [join(ROOT, 'dev/src/build/main.ts'), '--stale']);
  if (code !== 0) throw new SetupError('The sources cannot be built; the reason is above.', code);
}
