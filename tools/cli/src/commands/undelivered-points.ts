import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import type {
  CompletenessView,
  NeverDeliveredView,
} from '@holdfast/shared/contracts/http/accounting-http.ts';
import { ApiRefused } from '../api-refused.ts';
import { sessionPath } from './session-lists.ts';

/** Long enough for a few values of most points, short enough for the warning to end soon after a repair. */
const lately = { from: '-10m' } as const;

export interface UndeliveredPoints {
  readonly points: readonly (NeverDeliveredView & {
    readonly session_id: string;
    readonly task_code: string;
  })[];
  /** Number of points, including those that are not named. */
  readonly count: number;
  /** Codes of tasks for which it is not known whether they have such points. */
  readonly unknown: readonly string[];
}

/**
 * Points of running sessions that gave no value lately although their devices gave others. Points that a subscribed
 * device has never published are not counted. It may publish them rarely.
 * @throws CliError when the API does not know
 */
export async function undeliveredPoints(api: ApiClient): Promise<UndeliveredPoints> {
  const rows = await api.list('/api/acquisition/completeness/', lately, Number.POSITIVE_INFINITY);
  const running = rows.filter(({ status }) => status === 'running');
  const points: UndeliveredPoints['points'][number][] = [];
  let count = 0;
  // One after the other: each is an account of a whole session, and few have such points.
  for (const row of running.filter(({ never_delivered: never }) => Number(never) > 0)) {
    const [session_id, task_code] = [String(row.session_id), String(row.task_code)];
    const { never_delivered: codes, never_delivered_count: number } = await accountOf(api, session_id);
    const ofSession = codes.filter(({ cause }) => cause !== 'not_told');
    points.push(...ofSession.map((point) => ({ session_id, task_code, ...point })));
    // The session's own count includes points that were never published.
    count += Math.min(number, Number(row.never_delivered));
  }
  const unknown = running.filter(({ never_delivered: never }) => never === null);
  return { points, count, unknown: unknown.map(({ task_code }) => String(task_code)) };
}

type Never = Pick<CompletenessView, 'never_delivered' | 'never_delivered_count'>;

/** The account of a session, or empty if it has been cleaned up meanwhile. */
async function accountOf(api: ApiClient, id: string): Promise<Never> {
  try {
    return await api.get<CompletenessView>(`${sessionPath(id)}/completeness/`, lately);
  } catch (error) {
    if (error instanceof ApiRefused && error.code === 'session_not_found') {
      return { never_delivered: [], never_delivered_count: 0 };
    }
    throw error;
  }
}
