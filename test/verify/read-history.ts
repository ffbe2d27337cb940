import { hash } from 'node:crypto';
import { accountsForTick } from '@holdfast/sample-store/tick-coverage.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { durableNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { type TaskConfig, taskConfigKey } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import {
  AuthorizationError,
  type Connection,
  connectNats,
  type NatsConnection,
  PermissionViolationError,
} from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type {
  Acknowledged,
  AnsweredCommand,
  DeviceRequest,
  History,
  Outage,
  PolledDevice,
  PollingConfig,
  RecordedEvent,
  RecordedSample,
  TickInDatabase,
  TimedValues,
} from './history.ts';
import { holderCheck } from './holder-check.ts';
import { type PutAway, partForged, readWords, type SampleMessage, sampleMessage } from './part-forged.ts';
import { type DatabaseRows, readDatabase } from './read-database.ts';
import { legsOf, sessionHistories } from './session-histories.ts';

export interface HistorySources {
  readonly natsUrl: string;
  /** The seed of the API's key, which may read all of it. */
  readonly nkeySeed?: string | undefined;
  readonly databaseUrl?: string | undefined;
  /** Whether samples go into that database, which is the default. */
  readonly hasSamples?: boolean | undefined;
  readonly commands?: readonly AnsweredCommand[] | undefined;
  readonly requests?: readonly DeviceRequest[] | undefined;
  readonly outages?: readonly Outage[] | undefined;
  /** Collectors that are known to lie, each from this sequence of SAMPLES on. */
  readonly liars?: ReadonlyMap<string, number> | undefined;
  /** ms since 1970. Default: the time from which on SAMPLES has everything. */
  readonly sinceMs?: number | undefined;
}

const connectTimeoutMs = 10_000;

/** Reads all that was recorded. The services may go on: what comes later is not read. @throws what the clients throw */
export async function readHistory(sources: HistorySources): Promise<History> {
  const connection = await connected(sources);
  const { nc } = connection;
  try {
    // In this order, so that a system that goes on meanwhile is not accused: what is acknowledged is in the database
    // that is read after it, and what is in the database is in the streams that are read after it.
    const acknowledged = await writerPosition(nc);
    const readAtMs = Date.now();
    const rows = sources.databaseUrl === undefined ? undefined : await readDatabase(sources.databaseUrl);
    const messages = await readSamples(nc);
    const putAway = await readQuarantine(nc);
    const events = await readEvents(nc);
    const snapshots = await readSnapshots(nc, events);
    const configs = new Map([...snapshots].map(([key, snapshot]) => [key, pollingConfig(snapshot)]));
    const isSaidByHolder = holderCheck(events, snapshots);
    const parted = partForged(messages, putAway, { isSaidByHolder, liars: sources.liars ?? new Map() });
    const first = messages[0];
    return {
      events,
      ...parted,
      ...ticksAndChanges(parted.samples),
      configs,
      acknowledged,
      database: rows && {
        ...rows,
        ...(sources.hasSamples === false
          ? { values: undefined, misses: undefined }
          : ticksOf(rows, { events, configs, samples: parted.samples })),
      },
      commands: sources.commands,
      requests: sources.requests,
      outages: sources.outages,
      readAtMs,
      // SAMPLES drops its oldest: what was read before its first message cannot be accounted for any more.
      sinceMs: sources.sinceMs ?? (first && first.sequence > 1 ? first.storedAtMs : 0),
    };
  } catch (error) {
    throw isRefusal(error) ? seedNeeded(sources, error) : error;
  } finally {
    await connection.close();
  }
}

/** Whether the broker refuses us, or lets us not read what we have to. The client wraps its errors. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error instanceof AuthorizationError || error instanceof PermissionViolationError || isRefusal(error.cause)
  );
}

function seedNeeded({ nkeySeed }: HistorySources, cause: unknown): Error {
  const why =
    nkeySeed === undefined
      ? 'The broker asks for a key, and none was given'
      : 'The broker does not know this key as that of the API';
  return new Error(
    `${why}: set NATS_NKEY_SEED_FILE to the file with the API's seed, or NATS_NKEY_SEED to the seed. With npm start the file is .holdfast/secrets/nats-api/seed, in containers nats-api/seed in the volume of secrets.`,
    { cause },
  );
}

/** Services wait for their broker for ever; a judge wants to know. */
async function connected(sources: HistorySources): Promise<Connection> {
  const { natsUrl: url, nkeySeed } = sources;
  const log = createLogger('verify', 'silent');
  const connecting = connectNats({ url, nkeySeed, name: 'api-verify', log });
  const connection = await withDeadline(connecting, connectTimeoutMs).catch((error: unknown) => {
    throw isRefusal(error) ? seedNeeded(sources, error) : error;
  });
  if (!connection) throw new Error(`NATS does not answer at ${url.replace(/\/\/[^@/]*@/, '//')}`);
  return connection;
}

async function readEvents(nc: NatsConnection): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const { sequence, subject, storedAtMs, data } of readStream(nc, streamNames.sessions)) {
    events.push({ sequence, subject, storedAtMs, decoded: decodeSessionEvent(jsonOf(data)) });
  }
  return events;
}

async function readSamples(nc: NatsConnection): Promise<SampleMessage[]> {
  const messages: SampleMessage[] = [];
  for await (const record of readStream(nc, streamNames.samples)) {
    const message = sampleMessage(record);
    if (message) messages.push(message);
  }
  return messages;
}

async function readQuarantine(nc: NatsConnection): Promise<PutAway[]> {
  const putAway: PutAway[] = [];
  for await (const { data } of readStream(
    nc,
    streamNames.quarantine,
    subjects.quarantine(streamNames.samples),
  )) {
    const message = jsonOf(data) as
      | { sequence?: number; subject?: string; body?: string; point_codes?: readonly string[] }
      | undefined;
    if (typeof message?.sequence !== 'number') continue;
    const { sequence, subject = '', body = '', point_codes: codes } = message;
    putAway.push({ sequence, subject, codes, ...readWords(body) });
  }
  return putAway;
}

async function readSnapshots(
  nc: NatsConnection,
  events: readonly RecordedEvent[],
): Promise<Map<string, TaskConfig>> {
  const snapshots = new Map<string, TaskConfig>();
  const store = await TaskConfigStore.open(nc);
  for (const session of sessionHistories({ events }).values()) {
    const { taskId } = session;
    // Also those that were taken back before they were in force: their holder may have begun with them.
    const versions = new Set([
      ...legsOf(session).map(({ configVersion }) => configVersion),
      ...session.lifecycle.map(({ event }) => event.configVersion),
    ]);
    for (const configVersion of versions) {
      const key = taskConfigKey(taskId, configVersion);
      if (configVersion === 0 || snapshots.has(key)) continue;
      const loaded = await store.load(taskId, configVersion);
      if (loaded.ok) snapshots.set(key, loaded.config);
    }
  }
  return snapshots;
}

function pollingConfig({ period_ms, devices }: TaskConfig): PollingConfig {
  return {
    devices: devices.map((device) => {
      const { code, mode, points } = device;
      const periodMs = devicePeriodMs(period_ms, points);
      const own = points.every((point) => point.period_ms !== undefined);
      return {
        ...{ code, periodMs, isSubscribed: mode === 'subscribed' },
        eachTick: points
          .filter((point) => (point.period_ms ?? period_ms) === periodMs && !point.report && !point.count)
          .map((point) => point.code),
        reading: hash('sha256', JSON.stringify([device, own ? null : period_ms])),
      };
    }),
  };
}

function ticksOf(
  { values, misses }: DatabaseRows,
  { events, configs, samples }: Pick<History, 'events' | 'configs' | 'samples'>,
): { values: TickInDatabase[]; misses: TickInDatabase[]; timedValues: readonly TimedValues[] } {
  const sessions = sessionHistories({ events });
  /** By session and device, newest first. */
  const legs = new Map<string, { readonly fromMs: number; readonly device: PolledDevice }[]>();
  for (const session of sessions.values()) {
    for (const { fromMs, configVersion } of legsOf(session)) {
      for (const device of configs.get(taskConfigKey(session.taskId, configVersion))?.devices ?? []) {
        const key = `${session.sessionId}/${device.code}`;
        legs.set(key, [{ fromMs, device }, ...(legs.get(key) ?? [])]);
      }
    }
  }
  const deviceOf = ({ session, device, timeMs }: TimedValues) => {
    const legsOfDevice = legs.get(`${session}/${device}`) ?? [];
    return (legsOfDevice.find(({ fromMs }) => fromMs <= timeMs) ?? legsOfDevice.at(-1))?.device;
  };
  // Near a change the sample itself has the length of its tick: a late one has the former length.
  const changed = new Set([...legs].flatMap(([key, legsOfDevice]) => (legsOfDevice.length > 1 ? [key] : [])));
  const keyOf = ({ session, device, timeMs, epoch }: Omit<TimedValues, 'copies' | 'values'>) =>
    `${session}/${device}/${timeMs}/${epoch}`;
  const published = new Map(
    samples
      .filter(({ sample: { session, device } }) => changed.has(`${session}/${device}`))
      .map(({ sample }) => [keyOf({ ...sample, timeMs: sample.time }), sample.period_ms]),
  );
  const withTick = (rows: readonly TimedValues[]): TickInDatabase[] =>
    rows.map((row) => {
      const { timeMs, ...rest } = row;
      const periodMs = published.get(keyOf(row)) ?? deviceOf(row)?.periodMs ?? Number.NaN;
      return { ...rest, tick: timeMs / periodMs, periodMs };
    });
  const isTold = (row: TimedValues) => deviceOf(row)?.isSubscribed === true;
  return {
    values: withTick(values.filter((row) => !isTold(row))),
    misses: withTick(misses),
    timedValues: values.filter(isTold),
  };
}

async function writerPosition(nc: NatsConnection): Promise<Acknowledged | undefined> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  try {
    const info = await jsm.consumers.info(streamNames.samples, durableNames.writer);
    return { floor: info.ack_floor.stream_seq, pending: info.num_pending + info.num_ack_pending };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Parts what samples say of their ticks from the values that subscribed devices published. A sample only keeps that there were
 * such values: they have times of their own, and are judged one by one.
 */
export function ticksAndChanges(recorded: readonly RecordedSample[]): {
  readonly samples: RecordedSample[];
  readonly changeSamples: RecordedSample[];
} {
  return {
    changeSamples: recorded.filter(({ sample }) => sample.changes !== undefined),
    samples: recorded
      .filter(({ sample }) => accountsForTick(sample))
      .map((each) => (each.sample.changes ? { ...each, sample: { ...each.sample, changes: {} } } : each)),
  };
}
