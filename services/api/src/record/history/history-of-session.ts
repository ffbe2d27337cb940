import type { HistoryDevice } from '@holdfast/sample-store/sample-store.ts';
import { runningIntervals } from '@holdfast/shared/domain/gaps/schedule.ts';
import { historyDevices } from '../../configuration/history-devices.ts';
import { recordedEvents } from '../../sessions/queries/recorded-events.ts';
import { requireSession } from '../../sessions/require-session.ts';
import { type AccountingSources, devicesOfSession } from '../accounting/account-for-session.ts';

export interface SessionExtent {
  readonly devices: readonly HistoryDevice[];
  readonly start: Date;
  readonly end: Date;
}

/**
 * The part of a store without sessions that belongs to one session: the devices of all its versions, from its start to
 * its end. (A task has one session at a time. Values of another task that reads the device at that time are included,
 * because they are in the same series.) A device has the measurement that it had then, even if it was renamed or
 * removed since. Undefined when the query covers no device or no time of the session.
 * @throws Problem when there is no such session or it was cleaned up, DatabaseUnavailable, BrokerUnavailable
 */
export async function extentOfSession(
  sources: Pick<AccountingSources, 'database' | 'pasts' | 'plans'>,
  query: {
    readonly sessionId: string;
    readonly device: string | undefined;
    readonly start: Date;
    readonly end: Date;
  },
): Promise<SessionExtent | undefined> {
  const { database, plans } = sources;
  const session = await requireSession(database, query.sessionId);
  const devices = (await devicesOfSession(sources, session)).filter(
    ({ code }) => query.device === undefined || code === query.device,
  );
  const events = await recordedEvents(database, query.sessionId);
  const intervals = runningIntervals(events.flatMap((event) => (event.kind === 'lifecycle' ? [event] : [])));
  const [first] = intervals;
  if (!first || devices.length === 0) return undefined;
  // The tick under way at the start is the first one.
  const startMs = Math.min(...devices.map(({ periodMs }) => Math.floor(first.fromMs / periodMs) * periodMs));
  const endMs = intervals.at(-1)?.toMs ?? Number.POSITIVE_INFINITY;
  const devicesFound: HistoryDevice[] = [];
  const unknown: string[] = [];
  for (const { code, configVersion } of devices) {
    const own = await plans.measurements(session.task_id, configVersion);
    if (own) devicesFound.push({ deviceCode: code, measurement: own.get(code) ?? code });
    else unknown.push(code);
  }
  const extent = {
    devices:
      unknown.length > 0 ? [...devicesFound, ...(await historyDevices(database, unknown))] : devicesFound,
    start: new Date(Math.max(startMs, query.start.getTime())),
    end: new Date(Math.min(endMs, query.end.getTime())),
  };
  return extent.start < extent.end ? extent : undefined;
}
