// `npm run sbom`: a bill of materials of what the container image holds, in CycloneDX 1.6. Needs no network.

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { runPnpm } from './run-pnpm.ts';

const HELP = `Writes a bill of materials (CycloneDX 1.6, JSON) of the packages in Holdfast's container image.

  npm run -s sbom                       to stdout
  npm run -s sbom -- --out sbom.json    into a file

Each package has its version, licence, origin and SHA-512; each has what it depends on. Packages of the image's base
system, and the servers next to it, are not in it: their images have bills of their own.
Exit codes: 0 written, 1 it could not be made, 2 the call is wrong.
`;

// The folders whose packages are in the image.
const IN_IMAGE = ['packages/*', 'drivers/**', 'services/*', 'simulators/*', 'tools/*'];

const billSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  components: z.array(z.object({ name: z.string(), group: z.string().optional(), version: z.string() })),
});
const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

async function main(pnpm: string, args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options.kind !== 'run') {
    process[options.kind === 'help' ? 'stdout' : 'stderr'].write(`${options.text}${HELP}`);
    return options.kind === 'help' ? 0 : 2;
  }
  const filters = IN_IMAGE.map((folders) => `--filter=./${folders}`);
  const kind = ['--sbom-format=cyclonedx', '--sbom-spec-version=1.6', '--sbom-type=application'];
  const { code, stdout, stderr } = await runPnpm(pnpm, [...filters, 'sbom', '--prod', ...kind]);
  if (code !== 0) throw new Error(`pnpm ended with exit code ${code}:\n${stderr}`);
  await requireComplete(stdout);
  const bill = `${stdout.trim()}\n`;
  if (options.out === undefined) process.stdout.write(bill);
  else await writeFile(resolve(options.out), bill);
  return 0;
}

/** A bill that leaves out what a service imports would be worse than none. */
async function requireComplete(text: string): Promise<void> {
  const bill = billSchema.parse(JSON.parse(text));
  const listed = new Set(bill.components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  for (const service of ['api', 'supervisor', 'alarms', 'collector', 'writer']) {
    const file = join(PROJECT_ROOT, 'services', service, 'package.json');
    const { dependencies } = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const missing = Object.keys(dependencies).filter((name) => !listed.has(name));
    if (missing.length > 0) throw new Error(`${missing.join(', ')} of ${service} would not be in it`);
  }
}

type Options =
  | { readonly kind: 'run'; readonly out: string | undefined }
  | { readonly kind: 'help' | 'wrong'; readonly text: string };

function optionsOf(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values.help ? { kind: 'help', text: '' } : { kind: 'run', out: values.out };
  } catch (error) {
    return { kind: 'wrong', text: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

// The reader may stop reading: `npm run -s sbom | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  const [pnpm = '', ...args] = process.argv.slice(2);
  process.exitCode = await main(pnpm, args);
} catch (error) {
  process.stderr.write(
    `The bill of materials could not be made: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
