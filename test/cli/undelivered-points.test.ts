import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import { expect, it } from 'vitest';
import { undeliveredPoints } from '../../tools/cli/src/commands/undelivered-points.ts';

const since = '2026-11-28T06:00:00.000Z';
const never = (point: string, cause: string) => ({ device: 'press-1', point, since, cause });
const row = (session: number, never_delivered: number | null, status = 'running') => ({
  ...{ session_id: `${session}-1`, task_code: `line-${session}`, status, never_delivered },
});

/** Answers with these rows, and with these points of every session. */
function api(rows: object[], points: object[]): ApiClient {
  const account = { never_delivered: points, never_delivered_count: points.length };
  return { list: async () => rows, get: async () => account } as unknown as ApiClient;
}

it('points of which a subscribed device has reported nothing are none that never deliver', async () => {
  const points = [never('alarm', 'not_told'), never('flow', 'exception')];
  expect(await undeliveredPoints(api([row(1, 1)], points))).toEqual({
    points: [{ session_id: '1-1', task_code: 'line-1', ...never('flow', 'exception') }],
    ...{ count: 1, unknown: [] },
  });
});

it('a running session of which it is not known whether its points deliver differs from one whose points do', async () => {
  const rows = [row(1, null), row(2, 0), row(3, null, 'stopped')];
  expect(await undeliveredPoints(api(rows, []))).toEqual({ points: [], count: 0, unknown: ['line-1'] });
});
