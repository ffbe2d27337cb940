import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth, DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Words } from '@holdfast/texts/text.ts';

export const unknownHealth: DeviceHealth = {
  status: 'disconnected',
  consecutive_failures: 0,
  last_success: null,
  last_error: null,
};

/** Every point was read. @param at RFC 3339 @param isSlow whether too many of its ticks were lost to overruns */
export function afterSuccess(health: DeviceHealth, at: string, isSlow = false): DeviceHealth {
  const status = isSlow ? 'slow' : 'healthy';
  return { ...health, status, consecutive_failures: 0, last_success: at };
}

/** Health after one more tick lost to an overrun. Any other trouble of the device is worse, and stays. */
export function afterOverrun(
  health: DeviceHealth,
  { share, detail }: { readonly share: number; readonly detail: Words },
): DeviceHealth {
  if (health.status !== 'healthy' && health.status !== 'slow') return health;
  const percent = Number((share * 100).toPrecision(2));
  return {
    ...health,
    status: 'slow',
    last_error: collectorText('ticks_lost_to_overruns', { count: percent, why: detail }),
  };
}

/**
 * Health after a failed tick. A device that stays silent keeps the words with which it fell silent: each later tick
 * asks for another block first, which shows nothing more.
 * @param partlyReadAt RFC 3339, when some of its points were read anyway: then the device itself did not fail
 */
export function afterFailure(
  health: DeviceHealth,
  cause: MissCause,
  detail: Words,
  partlyReadAt?: string,
): DeviceHealth {
  const isSilentStill =
    cause === 'timeout' &&
    health.status === 'timeout' &&
    health.consecutive_failures > 0 &&
    partlyReadAt === undefined;
  return {
    ...health,
    status: statusOf(cause),
    last_success: partlyReadAt ?? health.last_success,
    consecutive_failures: partlyReadAt === undefined ? health.consecutive_failures + 1 : 0,
    last_error: (isSilentStill ? health.last_error : null) ?? detail,
  };
}

function statusOf(cause: MissCause): DeviceStatus {
  switch (cause) {
    case 'timeout':
      return 'timeout';
    case 'connection':
      return 'disconnected';
    case 'exception':
    case 'overrun':
    case 'buffer_full':
    case 'too_large':
    case 'lease_lost':
      return 'error';
    default:
      return cause satisfies never;
  }
}
