import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { expect, it } from 'vitest';
import { wasNeverRead } from './device-state.ts';

const silentHealth = { status: 'timeout', consecutive_failures: 3, last_error: 'timeout' };
const isNever = (last_success: string | null, ticks: { stored: number } | null) =>
  wasNeverRead({ health: { ...silentHealth, last_success }, ticks } as unknown as DeviceHealthView);

it('calls a device never read only where that is known', () => {
  expect(isNever(null, { stored: 0 })).toBe(true);
  expect(isNever('2026-01-01T08:00:00Z', { stored: 0 })).toBe(false);
  // The sample store is unavailable, or has just come back.
  expect(isNever(null, null)).toBe(false);
  expect(isNever(null, { stored: 5 })).toBe(false);
});
