// node count-tests.mjs <vitest's JSON report> <exit code of the static checks> <exit code of vitest>
//
// Prints how many tests were skipped, if any were, and as the last line "N passed, N failed". Exits 1 when something
// failed, or when no test passed: a run without tests proves nothing.

import { readFileSync } from 'node:fs';

const [reportFile, checksCode, testsCode] = process.argv.slice(2);
const { passed, failed, skipped } = count(reportFile);
const failures = (failed === 0 && testsCode !== '0' ? 1 : failed) + (checksCode === '0' ? 0 : 1);
if (skipped > 0) process.stdout.write(`${skipped} skipped: their servers or their system are not there\n`);
process.stdout.write(`${passed} passed, ${failures} failed\n`);
process.exitCode = failures === 0 && passed > 0 ? 0 : 1;

function count(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The run ended before it could report: that is at least one failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that cannot even be loaded, or whose hooks fail, has no failed test in it, and yet it failed: the tests
  // that its hooks were for are reported as skipped.
  const brokenFiles = report.testResults.filter(
    (each) => each.status === 'failed' && !each.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
