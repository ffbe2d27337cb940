// Prints "N passed, N failed, N skipped" from vitest's JSON report. Exits 1 when a test failed, or when none passed: a run
// without tests proves nothing.

import { readFileSync } from 'node:fs';

const counts = count(process.argv[2]);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

function count(reportFile) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    // The run ended before it could report: that is at least one failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that cannot even be loaded, or whose hooks fail, has no failed test in it, and yet it failed.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
