import type { Words } from '@holdfast/texts/text.ts';

export type DeviceCondition = 'healthy' | 'slow' | 'partly' | 'failing' | 'unknown';

export interface HealthFacts {
  readonly status: string;
  readonly consecutive_failures: number;
  readonly last_success: string | null;
  readonly last_error: Words | null;
  readonly failing_points?: readonly { readonly since: string }[] | undefined;
  readonly overrun_share?: number | undefined;
}

export function conditionOf(health: HealthFacts | undefined): DeviceCondition {
  if (!health) return 'unknown';
  const { status, consecutive_failures, last_success, last_error } = health;
  if (status === 'healthy' || status === 'slow') return status;
  if (consecutive_failures > 0) return 'failing';
  if (last_success !== null) return 'partly';
  return last_error === null ? 'unknown' : 'failing';
}
