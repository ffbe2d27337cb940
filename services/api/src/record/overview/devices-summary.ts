import type { DevicesSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { conditionOf } from '@holdfast/shared/domain/attention/device-condition.ts';

const namedAtMost = 5;

/** @param codes the codes of all devices of the session */
export function devicesSummary(
  codes: readonly string[],
  health: Readonly<Record<string, DeviceHealth>>,
): DevicesSummary {
  const counts = { healthy: 0, slow: 0, partly: 0, failing: 0, unknown: 0 };
  const failing: string[] = [];
  for (const code of codes) {
    const condition = conditionOf(health[code]);
    counts[condition] += 1;
    if (condition === 'failing' && failing.length < namedAtMost) failing.push(code);
  }
  return { total: codes.length, ...counts, failing_codes: failing };
}
