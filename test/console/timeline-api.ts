import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import { type ApiUnderTest, sessionsPath, startApi } from '../../services/api/testing/api-under-test.ts';
import { configOf, writeStory } from '../../services/api/testing/write-story.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';

const minuteMs = 60_000;
const hours = 20;

/** An API with a made-up log: session 7-1 of twenty hours, and 8-1, to which a great deal has happened. */
export interface TimelineApi {
  readonly api: ApiUnderTest;
  /** A time of 7-1, in minutes since its start. */
  at(minute: number): string;
}

/** @param busy events of 8-1 */
export async function startTimelineApi(busy: number): Promise<TimelineApi> {
  const nats = await natsForTest();
  const database = await freshDatabase();
  const api = await startApi({ nats: nats.url, database, env: { PLANT_TIME_ZONE: 'Asia/Shanghai' } });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  const beginMs = Math.floor(Date.now() / minuteMs) * minuteMs - hours * 60 * minuteMs;
  const at = (minute: number) => new Date(beginMs + minute * minuteMs).toISOString();
  const devices = Array.from({ length: 12 }, (_, index) => `press-${index + 1}`);
  await writeStory(log, configOf('7', devices, minuteMs), [
    { at: at(0), what: 'started' },
    { at: at(0), what: 'assigned', to: 'collector-1', reason: 'start' },
    { at: at(200), what: 'assigned', to: 'collector-3', reason: 'drain' },
    { at: at(420), what: 'paused' },
    { at: at(480), what: 'resumed' },
    { at: at(480), what: 'assigned', to: 'collector-3', reason: 'resume' },
    { at: at(900), what: 'assigned', to: 'collector-2', reason: 'failover' },
  ]);
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  const tick = (minute: number) => beginMs / minuteMs + minute;
  const entry = (deviceCode: string, outcome: TickOutcome, from: number, to: number) => ({
    ...{ sessionId: '7-1', deviceCode, periodMs: minuteMs, outcome },
    ...{ from: tick(from), to: tick(to) },
  });
  // An hour more than has passed: however long a test takes, nothing else becomes missing.
  const end = (hours + 1) * 60;
  const whole = (device: string) => [
    entry(device, 'stored', 0, 419),
    entry(device, 'stored', 480, 896),
    entry(device, 'stored', 901, end),
  ];
  await coverage.record([
    ...devices.filter((each) => each !== 'press-4' && each !== 'press-9').flatMap(whole),
    ...[entry('press-4', 'stored', 0, 419), entry('press-4', 'stored', 480, 896)],
    ...[entry('press-4', 'stored', 901, 1_139), entry('press-4', 'timeout', 1_140, end)],
    ...[entry('press-9', 'stored', 0, 299), entry('press-9', 'connection', 300, 329)],
    ...[entry('press-9', 'stored', 330, 419), entry('press-9', 'stored', 480, 896)],
    entry('press-9', 'stored', 901, end),
  ]);
  const health = new HealthStream(log.nc);
  const becomes = async (device: string, minute: number, from: DeviceStatus | null, to: DeviceStatus) => {
    await health.publish({
      ...{ v: 1, session: '7-1', task: '7', device_id: device, device, collector: 'collector-3' },
      ...{ from, to, detail: to === 'healthy' ? '' : 'no answer within 1 s', time: at(minute) },
    });
  };
  for (const device of devices) await becomes(device, 0, null, 'healthy');
  await becomes('press-9', 300, 'healthy', 'disconnected');
  await becomes('press-9', 330, 'disconnected', 'healthy');
  await becomes('press-4', 1_140, 'healthy', 'timeout');

  await writeStory(log, configOf('8', ['saw-1'], minuteMs), [{ at: at(0), what: 'started' }]);
  let last = (await loadTask(log.store, '8')).lastPlacement;
  for (let index = 0; index < busy; index += 1) {
    const reason: AssignReason = index % 100 === 99 ? 'failover' : 'rebalance';
    const event = {
      ...{ type: 'session.assigned' as const, sessionId: '8-1', taskId: '8', configVersion: 1, refusals: 0 },
      ...{ collectorId: `collector-${(index % 2) + 1}`, reason },
    };
    const time = new Date(beginMs + (index / busy) * hours * 60 * minuteMs).toISOString();
    const envelope = encodeSessionEvent(event, { id: `busy-${index}`, time, source: '/holdfast/test' });
    last = await log.store.append(subjects.placement('8'), envelope, last);
  }
  const isRead = async () => {
    const seven = (await api.get(`${sessionsPath}/7-1/`)).body;
    const eight = (await api.get(`${sessionsPath}/8-1/events/?order=newest&limit=1`)).body;
    return seven.epoch > 0 && (busy === 0 || eight.results?.[0]?.sequence === last);
  };
  await eventually(isRead, { what: 'the log to be read' });
  return { api, at };
}
