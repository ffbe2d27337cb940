import { execFile } from 'node:child_process';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { expect, it } from 'vitest';

/** How the program ends under these settings, none of which it can use. */
async function outcome(program: string, env: Record<string, string>) {
  return new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [builtProgram(program)],
      { env, timeout: 120_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => resolve({ code: error?.code, output: stdout + stderr }),
    );
  });
}

const database = 'postgres://holdfast:s3cret@';

it.each([
  ['api', { API_PORT: 'abc', DATABASE_URL: database }, ['DATABASE_URL', 'API_PORT']],
  ['supervisor', { LEASE_TTL_MS: '1', HEALTH_PORT: 'x' }, ['HEALTH_PORT', 'LEASE_TTL_MS']],
  [
    'collector',
    { SPOOL_MAX_BYTES: '7', COLLECTOR_LABELS: 'driver.acme=yes' },
    ['COLLECTOR_LABELS', 'SPOOL_MAX_BYTES'],
  ],
  ['writer', { BATCH_MAX_BYTES: '1', DATABASE_URL: database }, ['DATABASE_URL', 'BATCH_MAX_BYTES']],
  ['simulator', { SIMULATOR_BASE_PORT: '65534' }, ['SIMULATOR_BASE_PORT']],
  ['launcher', { API_PORT: 'abc', COLLECTORS: '0' }, ['API_PORT', 'COLLECTORS']],
])(
  '%s ends under wrong settings with a line for each of them, and without a stack',
  async (program, env, wrong) => {
    const { code, output } = await outcome(program, env);
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
