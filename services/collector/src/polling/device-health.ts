import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceHealth, DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';

export const unknownHealth: DeviceHealth = {
  status: 'disconnected',
  consecutive_failures: 0,
  last_success: null,
  last_error: null,
};

/** Every point was read. @param at RFC 3339 */
export function afterSuccess(health: DeviceHealth, at: string): DeviceHealth {
  return { ...health, status: 'healthy', consecutive_failures: 0, last_success: at };
}

/** @param partlyReadAt RFC 3339, when some of its points were read all the same */
export function afterFailure(
  health: DeviceHealth,
  cause: MissCause,
  detail: string,
  partlyReadAt?: string,
): DeviceHealth {
  return {
    ...health,
    status: statusOf(cause),
    last_success: partlyReadAt ?? health.last_success,
    consecutive_failures: health.consecutive_failures + 1,
    last_error: detail,
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
      return 'error';
    default:
      return cause satisfies never;
  }
}
