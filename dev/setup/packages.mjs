import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, say } from './messages.mjs';
import { ROOT } from './root.mjs';
import { run } from './run.mjs';

/** The pnpm to use, in the form that npx takes. */
export const PNPM = 'pnpm@12.21.0';
const STAMP = join(ROOT, 'node_modules/.holdfast-installed');
const NODE = join(ROOT, 'node_modules/.bin/node');

/** The Node that everything but this set-up runs on; it comes with the packages. */
export function projectNode() {
  return NODE;
}

/** Installs exactly what the lockfile says, if it has changed since the last installation here. */
export async function installPackages() {
  const expectedFingerprint = fingerprint();
  if (existsSync(NODE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === expectedFingerprint) return;
  say('Installing packages (the first time this takes a minute) …');
  // CI=true keeps pnpm from asking anything, such as whether it may rebuild node_modules.
  const code = await run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], { env: { CI: 'true' } });
  if (code !== 0 || !existsSync(NODE)) {
    throw new SetupError(
      'The packages could not be installed; the reason is above. Without a network nothing can be fetched; behind a proxy ' +
        'npm needs to know it (npm config set proxy …). If node_modules is damaged, remove it and try again.',
      code === 0 ? 1 : code,
    );
  }
  writeFileSync(STAMP, expectedFingerprint);
}

/** Hash of everything that decides what an installation yields. */
function fingerprint() {
  const hash = createHash('sha256');
  hash.update(`${PNPM} ${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()]) {
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(ROOT, file)))
      .update('\n');
  }
  return hash.digest('hex');
}

/** Every package.json of the workspace: as in pnpm-workspace.yaml, the root, one or two levels below it, and simulators. */
function manifests() {
  const folders = ['.'];
  for (const folder of foldersIn('.')) {
    folders.push(folder);
    for (const inner of foldersIn(folder)) folders.push(`${folder}/${inner}`);
  }
  folders.push(...foldersIn('drivers').map((driver) => `drivers/${driver}/simulator`));
  return folders.map((folder) => `${folder}/package.json`).filter((file) => existsSync(join(ROOT, file)));
}

function foldersIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}
