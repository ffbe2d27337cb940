import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { HealthTransition } from './session-runner.ts';

const failing: Readonly<Record<Exclude<DeviceStatus, 'healthy'>, string>> = {
  slow: 'is slow',
  error: 'does not give all of its values',
  timeout: 'is not read',
  disconnected: 'is not read',
};

/** Puts a change of a device's health into words for the log. */
export function healthInWords({ device, from, to }: HealthTransition): string {
  if (to.status !== 'healthy')
    return `device ${device.code} ${failing[to.status]}: ${inLanguage(to.last_error ?? '', 'en')}`;
  return `device ${device.code} ${from === 'slow' ? 'keeps its period again' : 'answers'}`;
}
