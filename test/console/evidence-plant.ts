import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';
import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import pg from 'pg';
import { configOf, writeStory } from '../../services/api/testing/write-story.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { zoneOfNoon } from '../support/zone-of-noon.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const periodMs = 10_000;

/** An API with a month of acquisition behind it, as the log and the book of ticks tell it. */
export interface EvidencePlant {
  readonly rest: RestClient;
  /** Clock of the plant, by which it is noon: no day ends while a test looks. */
  readonly zone: string;
  /** Midnight before the day that is yesterday, by that clock. */
  readonly yesterdayMs: number;
  /** Date of the day that lies so many days before yesterday. */
  dateOf(daysBefore: number): string;
  /** A moment as addresses have it, in minutes since yesterday began. */
  at(minute: number): string;
  readonly log: SessionLogForTest;
  /** Notes that two holders have read the same ticks of a device: from one minute to another. */
  readTwice(of: { readonly session: string; readonly device: string } & MinuteRange): Promise<void>;
}

/** Minutes since yesterday began. */
interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** An event of a session, in minutes since yesterday began. */
type StoryEvent =
  | { readonly at: number; readonly what: 'started' | 'paused' | 'resumed' | 'stopped' | 'failed' }
  | { readonly at: number; readonly what: 'assigned'; readonly to: string; readonly reason: AssignReason };

interface MissingTicks extends MinuteRange {
  readonly device: string;
  readonly outcome: Exclude<TickOutcome, 'stored'> | 'lost';
}

/**
 * Yesterday collector-3 was lost at 00:42: 30 s of two sessions are missing. press-4 did not answer from 14:24 to 14:31. paint-shop was paused
 * in the morning. furnace failed at noon, and was not taken over. wrapper-1 gave no value of its point from the failover on.
 */
export async function startEvidencePlant({
  sessions = 4,
}: {
  sessions?: number;
} = {}): Promise<EvidencePlant> {
  const { name: zone, offsetMs } = zoneOfNoon;
  const nats = await natsForTest();
  const { rest, databaseUrl } = await servicesForTest({
    ...{ natsUrl: nats.url, common: { PLANT_TIME_ZONE: zone } },
    settings: { writer: false, supervisor: false, collector: false },
  });
  await migrateSampleTables({ databaseUrl });
  const log = await sessionLogForTest(nats.url);
  const store = openPostgresSampleStore({ databaseUrl });
  const coverage = openPostgresTickCoverage({ databaseUrl });
  cleanUpAfterFile(() => Promise.all([store.close(), coverage.close()]).then(() => undefined));
  const yesterdayMs = Math.floor((Date.now() + offsetMs) / dayMs) * dayMs - dayMs - offsetMs;
  // Stored for hours to come, so that nothing goes missing while the test looks.
  const nowMinute = (Date.now() - yesterdayMs) / minuteMs + 180;

  await rest.create('/api/config/sites/', {
    ...{ code: 'hall-1', name: 'Hall 1' },
    shifts: [
      { name: 'early', start: '06:00' },
      { name: 'late', start: '18:00' },
    ],
  });
  let tasks = 0;
  const tickAt = (minute: number) => Math.ceil((yesterdayMs + minute * minuteMs) / periodMs);
  const tell = async (
    code: string,
    devices: readonly string[],
    story: readonly StoryEvent[],
    missingTicks: readonly MissingTicks[],
  ) => {
    tasks += 1;
    const taskId = String(tasks);
    const sessionId = `${taskId}-1`;
    const timeOf = (minute: number) => new Date(yesterdayMs + minute * minuteMs).toISOString();
    const sequences = await writeStory(
      log,
      { ...configOf(taskId, devices, periodMs), task_code: code, task_name: code },
      story.map((event) => ({ ...event, at: timeOf(event.at) })),
    );
    const epochs = story.flatMap(({ at, what }, index) =>
      what === 'assigned' ? [{ at, epoch: sequences[index] ?? 0 }] : [],
    );
    const runs = runsOf(story, nowMinute);
    for (const device of devices) {
      const own = missingTicks.filter((each) => each.device === device || each.device === '*');
      const entry = (outcome: TickOutcome, from: number, to: number) => ({
        ...{ sessionId, deviceCode: device, periodMs, outcome },
        ...{ from: tickAt(from), to: tickAt(to) - 1 },
      });
      const stored = own.reduce(
        (left, { from, to }) =>
          left.flatMap((run) =>
            to <= run.from || from >= run.to
              ? [run]
              : [
                  { from: run.from, to: from },
                  { from: to, to: run.to },
                ],
          ),
        runs,
      );
      await coverage.record([
        ...stored.filter(({ from, to }) => to > from).map(({ from, to }) => entry('stored', from, to)),
        ...own.flatMap(({ outcome, from, to }) => (outcome === 'lost' ? [] : [entry(outcome, from, to)])),
      ]);
      await store.write(
        epochs.map(({ epoch, at }, index) => ({
          ...{
            v: sampleVersion,
            session: sessionId,
            epoch,
            task: taskId,
            device,
            site: 'hall-1',
            measurement: device,
          },
          ...{ tick: tickAt(at), period_ms: periodMs, time: tickAt(at) * periodMs, sequence: index + 1 },
          values: { count: 1 },
        })),
      );
    }
  };

  const since = -26 * 24 * 60;
  await tell(
    'press-line',
    ['press-1', 'press-4'],
    [
      { at: since, what: 'started' },
      { at: since, what: 'assigned', to: 'collector-3', reason: 'start' },
      { at: 42.5, what: 'assigned', to: 'collector-2', reason: 'failover' },
    ],
    [
      { device: '*', outcome: 'lost', from: 42, to: 42.5 },
      { device: 'press-4', outcome: 'timeout', from: 864, to: 871 },
    ],
  );
  await tell(
    'packaging',
    ['wrapper-1'],
    [
      { at: since, what: 'started' },
      { at: since, what: 'assigned', to: 'collector-3', reason: 'start' },
      { at: 42.5, what: 'assigned', to: 'collector-1', reason: 'failover' },
    ],
    [
      { device: '*', outcome: 'lost', from: 42, to: 42.5 },
      { device: '*', outcome: 'exception', from: -7 * 1_440, to: -7 * 1_440 + 400 },
    ],
  );
  const lackingSets = [{ cause: 'exception', period_ms: periodMs, codes: ['count'] }];
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`insert into samples.lacking_points values ('2-1', $1, $2)`, [
    lackingSetOf(lackingSets),
    JSON.stringify(lackingSets),
  ]);
  await client.query(
    `insert into samples.lacking_ticks (session_id, device_code, day, period_ms, set_name, first_tick, ticks)
      values ('2-1', 'wrapper-1', $1, $2, $3, $4, $5)`,
    [
      ...[new Date(yesterdayMs + dayMs / 2), periodMs, lackingSetOf(lackingSets), tickAt(42.5)],
      `{[${tickAt(42.5)},${tickAt(1_440)})}`,
    ],
  );
  await client.end();
  await tell(
    'paint-shop',
    ['booth-1'],
    [
      { at: since, what: 'started' },
      { at: since, what: 'assigned', to: 'collector-1', reason: 'start' },
      { at: 360, what: 'paused' },
      { at: 480, what: 'resumed' },
      { at: 480, what: 'assigned', to: 'collector-2', reason: 'resume' },
    ],
    [],
  );
  await tell(
    'furnace',
    ['furnace-1'],
    [
      { at: since, what: 'started' },
      { at: since, what: 'assigned', to: 'collector-2', reason: 'start' },
      { at: 720, what: 'failed' },
    ],
    [],
  );
  const several = fewAtOnce(16);
  const tellLine = (more: number) =>
    tell(
      `line-${more}`,
      [`line-${more}-a`],
      [
        { at: since, what: 'started' },
        { at: since, what: 'assigned', to: `collector-${(more % 4) + 1}`, reason: 'start' },
        ...(more % 5 === 0
          ? [
              {
                at: 1_085,
                what: 'assigned',
                to: `collector-${((more + 1) % 4) + 1}`,
                reason: 'drain',
              } as const,
            ]
          : []),
      ],
      more % 7 === 0
        ? [{ device: '*', outcome: 'timeout', from: more * -300, to: more * -300 + more * 3 }]
        : [],
    );
  const lines = Array.from({ length: Math.max(0, sessions - 4) }, (_, index) => index + 4);
  await Promise.all(lines.map((more) => several(() => tellLine(more))));
  const listedSessions = async () =>
    (await rest.get(`/api/acquisition/sessions/?limit=${sessions}`)).body.results;
  const statusOfFurnace = async () =>
    (await rest.get('/api/acquisition/sessions/?task=furnace')).body.results[0]?.status;
  await eventually(
    async () => (await listedSessions()).length === sessions && (await statusOfFurnace()) === 'error',
    { what: 'the read model to have the log' },
  );
  return {
    ...{ rest, zone, yesterdayMs, log },
    dateOf: (daysBefore) => new Date(yesterdayMs + offsetMs - daysBefore * dayMs).toISOString().slice(0, 10),
    at: (minute) => new Date(yesterdayMs + minute * minuteMs).toISOString(),
    readTwice: ({ session: sessionId, device: deviceCode, from, to }) =>
      coverage.record([
        {
          ...{ sessionId, deviceCode, periodMs, outcome: 'fenced' },
          ...{ from: tickAt(from), to: tickAt(to) - 1 },
        },
      ]),
  };
}

/** When the session ran, in minutes; it runs on unless the story ends it. */
function runsOf(story: readonly StoryEvent[], nowMinute: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let since: number | undefined;
  for (const { at, what } of story) {
    if (what === 'started' || what === 'resumed') since ??= at;
    if (what !== 'paused' && what !== 'stopped' && what !== 'failed') continue;
    if (since !== undefined) runs.push({ from: since, to: at });
    since = undefined;
  }
  return since === undefined ? runs : [...runs, { from: since, to: nowMinute }];
}
