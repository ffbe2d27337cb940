import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** The folder of what is built: each program as one module, with all that it needs. */
export const DIST = join(ROOT, 'dist');

/** The file in it that says from which sources it was built. */
export const builtFrom = 'built-from.json';

/**
 * @param {string} name
 * @returns {string}
 */
export function builtProgram(name) {
  return join(DIST, `${name}.mjs`);
}

/**
 * Whether a build would give what is there already.
 * @returns {boolean}
 */
export function isBuilt(root = ROOT) {
  try {
    const dist = join(root, 'dist');
    const { sources, stamp, outputs } = JSON.parse(readFileSync(join(dist, builtFrom), 'utf8'));
    return (
      stamp === stampOf(sources, root) &&
      [...outputs, 'manifest.json'].every((file) => existsSync(join(dist, file)))
    );
  } catch {
    // Nothing is built, or a source is gone.
    return false;
  }
}

/**
 * A hash over sources of our own and over what decides on all others. A build takes what those name, and every simulator.
 * @param {readonly string[]} sources relative to the checkout
 * @returns {string}
 */
export function stampOf(sources, root = ROOT) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  hash.update(`${readdirSync(join(root, 'drivers')).sort()}\n`);
  for (const file of ['pnpm-lock.yaml', ...sources]) {
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(root, file)))
      .update('\n');
  }
  return hash.digest('hex');
}
