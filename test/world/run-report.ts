import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '../verify/report.ts';
import type { Verdict } from '../verify/verify.ts';

export interface RunToReport {
  /** The whole of it is kept in the run's folder. */
  readonly result: object;
  /** Undefined where the recorded data are gone on purpose. */
  readonly verdict: Verdict | undefined;
  /** What went wrong beyond the verdict. */
  readonly failures: readonly string[];
  /** Goes into the summary. */
  readonly summary: object;
}

/** Reports a run to people, and with `isJson` to programs: the last line is the summary. @returns whether it has failed */
export async function reportRun(
  { result, verdict, failures, summary }: RunToReport,
  { folder, isJson }: { folder: string; isJson: boolean },
): Promise<boolean> {
  if (verdict) console.error(describe(verdict));
  for (const failure of failures) console.error(failure);
  await writeFile(join(folder, 'result.json'), JSON.stringify(result));
  const violations = [
    ...(verdict?.violations ?? []).map(({ invariant, subject, what }) => `${invariant} ${subject}: ${what}`),
    ...failures,
    ...(verdict?.tooLittle ?? []).map((what) => `too little to judge: ${what}`),
  ];
  if (isJson) console.log(JSON.stringify({ ...summary, violations }));
  return violations.length > 0;
}
