import { join, relative, sep } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

const root = join(import.meta.dirname, '..', '..');

/**
 * Seconds that the longest files take on a quiet machine. A fresh clone has no record of its own yet, and a file of
 * three quarters of a minute that begins last keeps everybody waiting for it alone.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'test/end-to-end/ownership.test.ts': 55,
  'services/writer/testing/sink-faults.test.ts': 48,
  'services/api/testing/outages.test.ts': 48,
  'test/faults-short/faults.test.ts': 48,
  'test/outages/collector-to-broker.test.ts': 45,
  'dev/src/stack/stack.e2e.test.ts': 50,
  'test/outages/dropped-unseen.test.ts': 34,
  'test/end-to-end/recovery.test.ts': 28,
  'services/writer/testing/writer.test.ts': 25,
  'test/end-to-end/rates.test.ts': 22,
  'test/end-to-end/placement.test.ts': 22,
  'test/identities/former-permissions.test.ts': 22,
  'test/documents/readme-commands.test.ts': 21,
  'test/end-to-end/silent-device.test.ts': 19,
  'test/end-to-end/restarts.test.ts': 18,
  'test/backup/disaster.test.ts': 17,
  'test/backup/refusals.test.ts': 16,
  'test/cli/cli.test.ts': 15,
  'services/writer/testing/several-writers.test.ts': 15,
  'test/verify/main.test.ts': 14,
  'services/api/testing/two-processes.test.ts': 14,
  'test/identities/installation.test.ts': 13,
  'dev/src/embedded-postgres.test.ts': 12,
  'test/end-to-end/accounting.test.ts': 11,
  'test/end-to-end/foreign-device.test.ts': 11,
  'test/metrics/backlog-metrics.test.ts': 11,
  'test/outages/collector-made-anew.test.ts': 10,
  'test/bench/recovery-bench.test.ts': 10,
};

/** Long files first, then the others as vitest would order them. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => secondsOf(other) - secondsOf(one));
  }
}

function secondsOf({ moduleId }: TestSpecification): number {
  return LONG_FILES[relative(root, moduleId).replaceAll(sep, '/')] ?? 0;
}
