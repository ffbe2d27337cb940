import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** How the program ends under these settings, none of which it can use. */
async function outcome(main: string, env: Record<string, string>) {
  return new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(root, main)],
      { env, timeout: 120_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => resolve({ code: error?.code, output: stdout + stderr }),
    );
  });
}

const database = 'postgres://holdfast:s3cret@';

it.each([
  ['services/api/src/main.ts', { API_PORT: 'abc', DATABASE_URL: database }, ['DATABASE_URL', 'API_PORT']],
  [
    'services/supervisor/src/main.ts',
    { LEASE_TTL_MS: '1', HEALTH_PORT: 'x' },
    ['HEALTH_PORT', 'LEASE_TTL_MS'],
  ],
  [
    'services/collector/src/main.ts',
    { SPOOL_MAX_BYTES: '7', COLLECTOR_LABELS: 'driver.acme=yes' },
    ['COLLECTOR_LABELS', 'SPOOL_MAX_BYTES'],
  ],
  [
    'services/writer/src/main.ts',
    { BATCH_MAX_BYTES: '1', DATABASE_URL: database },
    ['DATABASE_URL', 'BATCH_MAX_BYTES'],
  ],
  ['simulators/plant/src/main.ts', { SIMULATOR_BASE_PORT: '65534' }, ['SIMULATOR_BASE_PORT']],
  ['dev/src/main.ts', { API_PORT: 'abc', COLLECTORS: '0' }, ['API_PORT', 'COLLECTORS']],
])(
  '%s ends under wrong settings with a line for each of them, and without a stack',
  async (main, env, wrong) => {
    const { code, output } = await outcome(main, env);
    expect(code).toBe(1);
    const [first, ...lines] = output.trimEnd().split('\n');
    expect(first).toBe('The settings are not usable:');
    expect(
      lines.map((line) =>
        /^ {2}- ([A-Z_]+): must be |^ {2}- ([A-Z_]+): is needed/.exec(line)?.slice(1).join(''),
      ),
    ).toEqual(wrong);
    expect(output).not.toContain('s3cret');
  },
);
