import { describe, expect, it } from 'vitest';
import { afterFailure, afterSuccess, unknownHealth } from './device-health.ts';

const at = '2025-03-01T06:00:00.000Z';

describe('the health of a device', () => {
  it('has not failed as a whole while some of its points are read', () => {
    const failed = afterFailure(unknownHealth, 'timeout', 'no answer');
    expect(afterFailure(failed, 'exception', 'flow: exception 2', at)).toMatchObject({
      status: 'error',
      consecutive_failures: 0,
      last_success: at,
    });
  });

  it('is healthy after a success, and remembers the last error for people', () => {
    const failed = afterFailure(unknownHealth, 'timeout', 'no answer');
    expect(afterSuccess(failed, at)).toEqual({
      status: 'healthy',
      consecutive_failures: 0,
      last_success: at,
      last_error: 'no answer',
    });
  });

  it.each([
    { cause: 'timeout', status: 'timeout' },
    { cause: 'connection', status: 'disconnected' },
    { cause: 'exception', status: 'error' },
    { cause: 'overrun', status: 'error' },
  ] as const)('is $status after a miss by $cause, and counts them', ({ cause, status }) => {
    const healthy = afterSuccess(unknownHealth, at);
    const twice = afterFailure(afterFailure(healthy, cause, 'first'), cause, 'second');
    expect(twice).toMatchObject({ status, consecutive_failures: 2, last_success: at });
  });

  it('keeps the words that it fell silent with, and has new ones for another failure', () => {
    const silent = afterFailure(unknownHealth, 'timeout', 'block 1: no answer');
    const still = afterFailure(silent, 'timeout', 'block 2: no answer');
    expect(still.last_error).toBe('block 1: no answer');
    expect(afterFailure(still, 'exception', 'refused').last_error).toBe('refused');
    const again = afterFailure(afterSuccess(still, at), 'timeout', 'block 2: no answer');
    expect(again.last_error).toBe('block 2: no answer');
    expect(afterFailure(still, 'timeout', 'block 3: no answer', at).last_error).toBe('block 3: no answer');
  });
});
