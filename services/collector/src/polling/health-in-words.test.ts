import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { describe, expect, it } from 'vitest';
import { unknownHealth } from './device-health.ts';
import { healthInWords } from './health-in-words.ts';

describe('a change of the health of a device in the log', () => {
  it.each<[DeviceHealth['status'] | null, DeviceHealth['status'], string | null, string]>([
    [null, 'healthy', null, 'device press-1 answers'],
    ['healthy', 'slow', '2 % of the ticks', 'device press-1 is slow: 2 % of the ticks'],
    ['slow', 'healthy', '2 % of the ticks', 'device press-1 keeps its period again'],
    [
      'healthy',
      'error',
      'flow: exception 2',
      'device press-1 does not give all of its values: flow: exception 2',
    ],
    ['healthy', 'timeout', 'no answer', 'device press-1 is not read: no answer'],
    ['timeout', 'healthy', 'no answer', 'device press-1 answers'],
  ])('from %s to %s, with the error %s, is: %s', (from, status, last_error, words) => {
    expect(healthInWords({ device: deviceOf(), from, to: { ...unknownHealth, status, last_error } })).toBe(
      words,
    );
  });
});
