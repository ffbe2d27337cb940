import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import {
  durableNames,
  parsePublishedSubject,
  sampleSources,
  streamNames,
  subjects,
} from '@holdfast/shared/contracts/subjects.ts';
import { taskConfigKey } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import {
  type Connection,
  connectNats,
  type NatsConnection,
} from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import type {
  Acknowledged,
  AnsweredCommand,
  DeviceRequest,
  History,
  Outage,
  PollingConfig,
  QuarantinedSample,
  RecordedEvent,
  RecordedSample,
  TickInDatabase,
} from './history.ts';
import { type DatabaseRows, readDatabase, type StoredTicks } from './read-database.ts';
import { sessionHistories } from './session-histories.ts';

export interface HistorySources {
  readonly natsUrl: string;
  /** The API's, which may read all of it. */
  readonly nkeySeed?: string | undefined;
  readonly databaseUrl?: string | undefined;
  /** Whether samples go into that database, which is the default. */
  readonly hasSamples?: boolean | undefined;
  readonly commands?: readonly AnsweredCommand[] | undefined;
  readonly requests?: readonly DeviceRequest[] | undefined;
  readonly outages?: readonly Outage[] | undefined;
  /** ms since 1970. Default: from when on SAMPLES has everything. */
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
    const samples = await readSamples(nc);
    const quarantined = await readQuarantine(nc);
    const events = await readEvents(nc);
    const configs = await readConfigs(nc, events);
    const first = samples.recorded[0];
    return {
      events,
      samples: samples.recorded,
      undecodable: samples.undecodable,
      quarantined,
      configs,
      acknowledged,
      database: rows && {
        ...rows,
        ...(sources.hasSamples === false
          ? { values: undefined, misses: undefined }
          : ticksOf(rows, events, configs)),
      },
      commands: sources.commands,
      requests: sources.requests,
      outages: sources.outages,
      readAtMs,
      // SAMPLES drops its oldest: what was read before its first message cannot be accounted for any more.
      sinceMs: sources.sinceMs ?? (first && first.sequence > 1 ? first.storedAtMs : 0),
    };
  } finally {
    await connection.close();
  }
}

/** Services wait for their broker for ever; whoever judges wants to know. */
async function connected({ natsUrl: url, nkeySeed }: HistorySources): Promise<Connection> {
  const gaveUp = new AbortController();
  try {
    return await Promise.race([
      connectNats({ url, nkeySeed, name: 'api-verify', log: createLogger('verify', 'silent') }),
      sleep(connectTimeoutMs, undefined, { signal: gaveUp.signal }).then(() => {
        throw new Error(`NATS does not answer at ${url.replace(/\/\/[^@/]*@/, '//')}`);
      }),
    ]);
  } finally {
    gaveUp.abort();
  }
}

async function readEvents(nc: NatsConnection): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const { sequence, subject, storedAtMs, data } of readStream(nc, streamNames.sessions)) {
    events.push({ sequence, subject, storedAtMs, decoded: decodeSessionEvent(jsonOf(data)) });
  }
  return events;
}

async function readSamples(
  nc: NatsConnection,
): Promise<{ recorded: RecordedSample[]; undecodable: number[] }> {
  const recorded: RecordedSample[] = [];
  const undecodable: number[] = [];
  for await (const { sequence, subject, storedAtMs, data } of readStream(nc, streamNames.samples)) {
    // Sent again from quarantine: it was here before.
    if (parsePublishedSubject(subject)?.source === sampleSources.again) continue;
    const decoded = decodeSample(data);
    if (decoded.ok) recorded.push({ sequence, storedAtMs, sample: decoded.sample });
    else undecodable.push(sequence);
  }
  return { recorded, undecodable };
}

async function readQuarantine(nc: NatsConnection): Promise<QuarantinedSample[]> {
  const quarantined: QuarantinedSample[] = [];
  const subject = subjects.quarantine(streamNames.samples);
  for await (const { data } of readStream(nc, streamNames.quarantine, subject)) {
    const message = jsonOf(data) as
      | { sequence?: number; body?: string; point_codes?: readonly string[] }
      | undefined;
    if (typeof message?.sequence !== 'number') continue;
    const body = decodeSample(message.body ?? '');
    const tick = body.ok
      ? { session: body.sample.session, device: body.sample.device, tick: body.sample.tick }
      : undefined;
    quarantined.push({ sequence: message.sequence, tick, codes: message.point_codes });
  }
  return quarantined;
}

async function readConfigs(
  nc: NatsConnection,
  events: readonly RecordedEvent[],
): Promise<Map<string, PollingConfig>> {
  const configs = new Map<string, PollingConfig>();
  const store = await TaskConfigStore.open(nc);
  for (const { taskId, configVersion } of sessionHistories({ events }).values()) {
    const key = taskConfigKey(taskId, configVersion);
    if (configVersion === 0 || configs.has(key)) continue;
    const loaded = await store.load(taskId, configVersion);
    if (!loaded.ok) continue;
    const { period_ms, devices } = loaded.config;
    configs.set(key, {
      devices: devices.map(({ code, points }) => ({ code, periodMs: devicePeriodMs(period_ms, points) })),
    });
  }
  return configs;
}

function ticksOf(
  { values, misses }: DatabaseRows,
  events: readonly RecordedEvent[],
  configs: ReadonlyMap<string, PollingConfig>,
): { values: TickInDatabase[]; misses: TickInDatabase[] } {
  const sessions = sessionHistories({ events });
  const periods = new Map<string, number>();
  for (const { sessionId, taskId, configVersion } of sessions.values()) {
    for (const { code, periodMs } of configs.get(taskConfigKey(taskId, configVersion))?.devices ?? []) {
      periods.set(`${sessionId}/${code}`, periodMs);
    }
  }
  const withTick = (rows: readonly StoredTicks[]): TickInDatabase[] =>
    rows.map(({ timeMs, ...row }) => ({
      ...row,
      tick: timeMs / (periods.get(`${row.session}/${row.device}`) ?? Number.NaN),
    }));
  return { values: withTick(values), misses: withTick(misses) };
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
