import type { DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';

/** The outcome of a trial, in kinds that a person can act on. */
export type TrialKind = 'reads' | 'refuses' | 'connection' | 'timeout' | 'gateway' | 'permission' | 'other';

export function kindOfTrial({ answers, status, requests, detail }: DeviceTrialView): TrialKind {
  if (answers) return status === 'failed' ? 'refuses' : 'reads';
  if (detail.includes('DEVICE_NETWORKS')) return 'permission';
  const failures = requests.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const last = failures.at(-1);
  if (last === 'gateway' || last === 'timeout' || last === 'connection') return last;
  return 'other';
}
