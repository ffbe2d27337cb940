// `npm run licences`: is every installed package licensed under something that licence-policy.ts allows? Needs no network.

import { join } from 'node:path';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { installedPackages } from './installed-packages.ts';
import { judgeLicences } from './judge-licences.ts';
import { ALLOWED_LICENCES, LICENCE_EXCEPTIONS } from './licence-policy.ts';

const HELP = `Checks the licences of all installed packages, those of development too.

  npm run -s licences

Allowed licences, and exceptions with their reasons, are in dev/src/supply-chain/licence-policy.ts.
Exit codes: 0 all are allowed, 1 at least one is not, 2 they could not be looked at or the call is wrong.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  // For tests: another folder of the same kind.
  const [nodeModules = join(PROJECT_ROOT, 'node_modules'), ...others] = args;
  if (others.length > 0 || nodeModules.startsWith('-')) {
    process.stderr.write(`It takes no arguments: ${args.join(' ')}\n${HELP}`);
    return 2;
  }
  const packages = await installedPackages(nodeModules);
  const verdict = judgeLicences(packages, { allowed: ALLOWED_LICENCES, exceptions: LICENCE_EXCEPTIONS });
  for (const { of, reason } of verdict.excepted) {
    process.stdout.write(
      `excepted: ${of.name} ${of.version}, ${of.licence ?? 'no licence named'}. ${reason}\n`,
    );
  }
  for (const { name, licence } of verdict.unneeded) {
    process.stdout.write(
      `note: no installed package needs the exception of ${licence ?? 'no licence named'} for ${name}\n`,
    );
  }
  if (verdict.refused.length === 0) {
    process.stdout.write(`The licences of ${packages.length} packages are allowed.\n`);
    return 0;
  }
  for (const line of verdict.refused) process.stderr.write(`✗ ${line}\n`);
  process.stderr.write(
    `${verdict.refused.length} of ${packages.length} packages may not be used as it is. Do without them, or say in ` +
      'dev/src/supply-chain/licence-policy.ts why they may be.\n',
  );
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
