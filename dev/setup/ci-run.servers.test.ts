import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const report = JSON.stringify({
  ...{ numPassedTests: 2, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 },
  testResults: [],
});

/** Runs the real `.ci/run` where set-up, checks and tests pass and the audit ends with this code. */
async function ciWhereAuditEnds(code: number) {
  const folder = await temporaryFolder('ci');
  const bin = join(folder, 'bin');
  for (const name of ['.ci', 'bin', 'dev/setup']) await mkdir(join(folder, name), { recursive: true });
  await copyFile(join(root, '.ci/run'), join(folder, '.ci/run'));
  await copyFile(join(root, 'dev/setup/count-tests.mjs'), join(folder, 'dev/setup/count-tests.mjs'));
  await writeFile(join(folder, 'dev/bootstrap.mjs'), '');
  await symlink(process.execPath, join(bin, 'node'));
  const npm = `#!/usr/bin/env bash
for arg; do case $arg in --outputFile.json=*) echo '${report}' > "\${arg#*=}" ;; esac; done
[[ " $* " != *" audit "* ]] || exit ${code}
`;
  await writeFile(join(bin, 'npm'), npm);
  await chmod(join(bin, 'npm'), 0o755);
  const { stdout, status } = spawnSync('bash', [join(folder, '.ci/run')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  const lines = stdout.trimEnd().split('\n');
  return { last: lines.at(-1), before: lines.slice(-5, -1).join('\n'), status };
}

describe('the run of CI', () => {
  it('says nothing of vulnerabilities when none are known', async () => {
    expect(await ciWhereAuditEnds(0)).toEqual({ last: '6 passed, 0 failed', before: '', status: 0 });
  });

  it('says loudly before its last line that no source could be asked for them, and is green all the same', async () => {
    const { last, before, status } = await ciWhereAuditEnds(3);
    expect(before).toMatch(/^!{20,}\n!!! NOT CHECKED: known vulnerabilities.*\n.*--require-answer\n!{20,}$/);
    expect([last, status]).toEqual(['6 passed, 0 failed', 0]);
  });

  it.each([1, 2])('is red when the audit ends with %i', async (code) => {
    expect(await ciWhereAuditEnds(code)).toEqual({ last: '6 passed, 1 failed', before: '', status: 1 });
  });
});
