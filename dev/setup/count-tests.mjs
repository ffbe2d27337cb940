// node count-tests.mjs [--vulnerabilities-unasked] <exit code of the static checks> (<vitest's JSON report> <exit code of vitest>)…
//
// Prints each failed test with the beginning of its message, so that the end of a long log shows where to look; then, where
// it is so, how many tests were skipped and that vulnerabilities could not be checked; and as the last line "N passed,
// N failed" over all runs. Exits 1 when something failed, or when a run had no test that passed, which proves nothing.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const MESSAGE_LINES = 12;

const args = process.argv.slice(2);
const isUnasked = args[0] === '--vulnerabilities-unasked';
const [checksCode, ...runs] = isUnasked ? args.slice(1) : args;
const total = { passed: 0, failed: checksCode === '0' ? 0 : 1, skipped: 0 };
for (let at = 0; at < runs.length; at += 2) {
  const { passed, failed, skipped, failures } = count(runs[at]);
  for (const each of failures) process.stdout.write(`${each}\n`);
  total.passed += passed;
  total.skipped += skipped;
  total.failed += failed === 0 && (runs[at + 1] !== '0' || passed === 0) ? 1 : failed;
}
if (total.skipped > 0)
  process.stdout.write(`${total.skipped} skipped: their servers or their system are not there\n`);
if (isUnasked) {
  const line = '!'.repeat(100);
  process.stdout.write(
    `${line}\n!!! NOT CHECKED: known vulnerabilities. The registry gave no answer, so none are known and none are ruled out.\n` +
      `!!! Ask where it can be reached, before any release: npm run -s audit -- --require-answer\n${line}\n`,
  );
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function count(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The run ended before it could report, which counts as one failure.
    return { passed: 0, failed: 1, skipped: 0, failures: [`FAILED: ${file} is no report of a run`] };
  }
  // A file that cannot be loaded, or whose hooks fail, has failed although no test in it has: vitest reports the tests
  // of such hooks as skipped.
  const brokenFiles = report.testResults.filter(
    (each) => each.status === 'failed' && !each.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [
      ...brokenFiles.map((file) =>
        describeFailure(file.name, 'could not be loaded, or a hook failed', file.message),
      ),
      ...report.testResults.flatMap((file) =>
        file.assertionResults
          .filter(({ status }) => status === 'failed')
          .map((test) => describeFailure(file.name, test.fullName, test.failureMessages?.join('\n'))),
      ),
    ],
  };
}

function describeFailure(file, test, message) {
  const lines = (message ?? '').split('\n').slice(0, MESSAGE_LINES);
  return [
    `FAILED: ${relative(process.cwd(), file ?? '')}: ${test ?? ''}`,
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}
