import type { DeviceChangesPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { HealthChanges } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import type { SessionShare } from '../../sessions/session-share.ts';

export interface DeviceChangesQuery {
  readonly sites: GrantedSites;
  readonly session?: string | undefined;
  readonly device?: string | undefined;
  readonly to_status?: readonly DeviceStatus[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly limit: number;
  readonly before: number | undefined;
}

const readAtOnce = 1_000;
/** A bound, so that a filter without matches does not read the whole stream for one answer. */
const readAtMost = 10_000;

/**
 * A page of changes, which may be shorter than its limit although there is a next one.
 * @throws BrokerUnavailable, DatabaseUnavailable
 */
export async function deviceChanges(
  {
    healthChanges,
    shareOfPast,
    idOfDevice,
  }: {
    readonly healthChanges: HealthChanges;
    /** The part of what the session has read that is at these sites, or undefined if there is no such session. */
    readonly shareOfPast: (sessionId: string, sites: GrantedSites) => Promise<SessionShare | undefined>;
    /** Undefined for a device that is no longer configured, whose changes are then looked for among all. */
    readonly idOfDevice: (code: string) => Promise<string | undefined>;
  },
  query: DeviceChangesQuery,
): Promise<{ readonly results: DeviceChangesPage['results']; readonly next: number | undefined }> {
  const { sites, session, device, to_status, from, to, limit } = query;
  const shares = new Map<string, SessionShare | undefined>();
  const mayBeSeen = async (id: string, code: string): Promise<boolean> => {
    if (sites === 'everywhere') return true;
    if (!shares.has(id)) shares.set(id, await shareOfPast(id, sites));
    return shares.get(id)?.has(code) ?? false;
  };
  const results: DeviceChangesPage['results'] = [];
  const deviceId = device === undefined ? undefined : await idOfDevice(device);
  let before = query.before;
  for (let read = 0; read < readAtMost; read += readAtOnce) {
    const { items, next } = await healthChanges({ deviceId, before, max: readAtOnce });
    for (const { sequence, item } of items) {
      const timeMs = Date.parse(item.time);
      if (session !== undefined && item.session !== session) continue;
      if (device !== undefined && item.device !== device) continue;
      if (to_status && !to_status.includes(item.to)) continue;
      if ((from && timeMs < from.getTime()) || (to && timeMs >= to.getTime())) continue;
      if (!(await mayBeSeen(item.session, item.device))) continue;
      if (results.length === limit) return { results, next: results.at(-1)?.sequence };
      const { session: session_id, collector: collector_id, time, detail } = item;
      results.push({
        ...{ sequence, session_id, device: item.device, collector_id },
        ...{ from: item.from, to: item.to, detail: localize(detail), time },
      });
    }
    // The stream has changes in the order in which the broker took them; clocks of collectors are at most a little off.
    const oldest = items.at(-1)?.item.time;
    const isPast = from && oldest !== undefined && Date.parse(oldest) < from.getTime() - 3_600_000;
    if (next === undefined || isPast) return { results, next: undefined };
    before = next;
  }
  return { results, next: before };
}
