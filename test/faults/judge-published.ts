import type { PublishedMessage } from '@holdfast/plant/simulator.ts';
import type { History } from '../verify/history.ts';

/** Messages of the last moments before the verdict may be on their way. */
const settledMs = 5_000;
/** All are reported up to this number: a collector that loses values does so all the time. */
const reportedAtMost = 20;

/**
 * Judges devices of sessions that always run: every value published since the first stored one is stored once, at the
 * time that its device gave for it. A broker keeps them for the session at QoS 1, whatever happens to collectors.
 */
export function judgePublished(
  published: readonly PublishedMessage[],
  history: History,
  steadyDevices: readonly string[],
): { readonly values: number; readonly failures: readonly string[] } {
  const failures: string[] = [];
  let values = 0;
  for (const device of steadyDevices) {
    const rows = (history.database?.timedValues ?? []).filter((row) => row.device === device);
    const rowsByTime = new Map(rows.map((row) => [row.timeMs, row]));
    const sinceMs = Math.min(...rowsByTime.keys());
    for (const { at, values: publishedValues } of published.filter((message) => message.device === device)) {
      if (at < sinceMs || at > history.readAtMs - settledMs) continue;
      values += Object.keys(publishedValues).length;
      const row = rowsByTime.get(at);
      const wrong = Object.entries(publishedValues).filter(([code, value]) => row?.values?.[code] !== value);
      if (wrong.length === 0 || failures.length >= reportedAtMost) continue;
      const what = row ? JSON.stringify(row.values) : 'nothing';
      failures.push(
        `${device} published ${JSON.stringify(publishedValues)} at ${new Date(at).toISOString()}, and ${what} is stored`,
      );
    }
  }
  return { values, failures };
}
