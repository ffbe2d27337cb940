import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('./count-tests.mjs', import.meta.url));

interface TestFile {
  readonly status: 'passed' | 'failed';
  readonly tests: readonly ('passed' | 'failed' | 'skipped')[];
}

/** CI's last lines and exit code after a run of these files. */
async function outcome(files: readonly TestFile[], { checks = 0, tests = 0 } = {}) {
  return run(checks, [await reportOf(files), tests]);
}

async function reportOf(files: readonly TestFile[]): Promise<string> {
  const all = files.flatMap((file) => file.tests);
  const report = join(await temporaryFolder('report'), 'vitest.json');
  const number = (status: string) => all.filter((each) => each === status).length;
  await writeFile(
    report,
    JSON.stringify({
      numPassedTests: number('passed'),
      numFailedTests: number('failed'),
      numPendingTests: number('skipped'),
      numTodoTests: 0,
      testResults: files.map((file) => ({
        name: join(process.cwd(), 'services', 'some.test.ts'),
        status: file.status,
        message: file.status === 'failed' ? 'the hook’s error' : '',
        assertionResults: file.tests.map((status, at) => ({
          status,
          fullName: `does thing ${at}`,
          failureMessages: status === 'failed' ? ['expected 1 to be 2\n  at line 7'] : [],
        })),
      })),
    }),
  );
  return report;
}

function run(checks: number, ...runs: readonly (readonly [report: string, exitCode: number])[]) {
  const args = [checks, ...runs.flat()].map(String);
  const { stdout, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
}

function printed(checks: number, ...runs: readonly (readonly [report: string, exitCode: number])[]): string {
  return spawnSync(process.execPath, [script, ...[checks, ...runs.flat()].map(String)], { encoding: 'utf8' })
    .stdout;
}

const good: TestFile = { status: 'passed', tests: ['passed', 'passed'] };

describe('the closing line of CI', () => {
  it('counts what passed, and nothing else when all is well', async () => {
    expect(await outcome([good, good])).toEqual({ last: '4 passed, 0 failed', status: 0 });
  });

  it('counts a failed test', async () => {
    const bad: TestFile = { status: 'failed', tests: ['passed', 'failed'] };
    expect(await outcome([good, bad], { tests: 1 })).toEqual({ last: '3 passed, 1 failed', status: 1 });
  });

  it('counts a file whose beforeAll failed, although its tests are reported as skipped', async () => {
    const broken: TestFile = { status: 'failed', tests: ['skipped', 'skipped'] };
    expect(await outcome([good, broken], { tests: 1 })).toEqual({ last: '2 passed, 1 failed', status: 1 });
  });

  it('is red when the checks or the run itself failed and no test did', async () => {
    expect(await outcome([good], { checks: 1 })).toEqual({ last: '2 passed, 1 failed', status: 1 });
    expect(await outcome([good], { tests: 1 })).toEqual({ last: '2 passed, 1 failed', status: 1 });
  });

  it('is red without a report, and when no test ran', async () => {
    expect(run(0, ['/nowhere/vitest.json', 1])).toEqual({ last: '0 passed, 1 failed', status: 1 });
    expect((await outcome([{ status: 'passed', tests: ['skipped'] }])).status).toBe(1);
  });

  it('adds the runs up, and is red when one of them ran nothing', async () => {
    const report = await reportOf([good]);
    const bad = await reportOf([{ status: 'failed', tests: ['passed', 'failed'] }]);
    expect(run(0, [report, 0], [report, 0])).toEqual({ last: '4 passed, 0 failed', status: 0 });
    expect(run(0, [report, 0], [bad, 1])).toEqual({ last: '3 passed, 1 failed', status: 1 });
    expect(run(0, [report, 0], [await reportOf([]), 0])).toEqual({ last: '2 passed, 1 failed', status: 1 });
  });

  it('comes after the names and messages of what failed', async () => {
    const bad = await reportOf([{ status: 'failed', tests: ['passed', 'failed'] }]);
    const broken = await reportOf([{ status: 'failed', tests: ['skipped'] }]);
    const all = printed(0, [bad, 1], [broken, 1]);
    expect(all).toContain(
      'FAILED: services/some.test.ts: does thing 1\n    expected 1 to be 2\n      at line 7\n',
    );
    expect(all).toContain(
      'FAILED: services/some.test.ts: could not be loaded, or a hook failed\n    the hook’s error\n',
    );
  });
});
