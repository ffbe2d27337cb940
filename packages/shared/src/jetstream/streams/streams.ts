import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Objm } from '@nats-io/obj';
import { bucketNames, streamNames } from '../../contracts/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';
import { OutageLog } from '../../runtime/outage-log.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import {
  BrokerUnfit,
  requireFitServer,
  requireFitStreams,
  type StreamShape,
} from '../connection/broker-unfit.ts';
import { isOfCluster, onceClusterFormed } from '../connection/cluster-forming.ts';
import { streamSetUp } from '../connection/leader-info.ts';
import { noSuitablePeers } from '../connection/without-leader.ts';
import { bucketStream, buckets, denyRollUps } from './buckets.ts';
import {
  type StreamSettings,
  type StreamSpec,
  sizeSettings,
  streamConfigs,
  taskConfigsBucket,
  taskConfigsStream,
} from './stream-configs.ts';

type Size = Pick<StreamConfig, 'name'> & Partial<Pick<StreamConfig, 'max_bytes' | 'max_age'>>;

/** A stream or bucket that was made with another size than it would be made with now. */
interface OtherSize {
  readonly stream: string;
  readonly max_bytes?: number;
  readonly wanted_bytes?: number;
  /** Only where a setting bounds the age. */
  readonly max_age_hours?: number;
  readonly wanted_age_hours?: number;
}

const nanosPerHour = 3_600_000_000_000;

/**
 * The streams that have another size than `wanted`. Where no setting gives the size, an administrator may have given a
 * stream more room on purpose, so only less counts.
 * @param bySetting names of the streams whose size a setting gives
 */
function otherSizes(
  actual: readonly Size[],
  { wanted, bySetting }: { readonly wanted: readonly Size[]; readonly bySetting: ReadonlySet<string> },
): OtherSize[] {
  const actualByName = new Map(actual.map((config) => [config.name, config]));
  return wanted.flatMap((config): OtherSize[] => {
    const now = actualByName.get(config.name);
    if (!now) return [];
    const [is, room] = [roomOf(now), roomOf(config)];
    const isOtherRoom = bySetting.has(config.name) ? is !== room : is < room;
    const [age, askedAge] = [now.max_age ?? 0, config.max_age ?? 0];
    const isOtherAge = bySetting.has(config.name) && age !== askedAge;
    if (!isOtherRoom && !isOtherAge) return [];
    return [
      {
        stream: config.name,
        ...(isOtherRoom && { max_bytes: now.max_bytes ?? -1, wanted_bytes: config.max_bytes ?? -1 }),
        ...(isOtherAge && {
          max_age_hours: age / nanosPerHour,
          wanted_age_hours: askedAge / nanosPerHour,
        }),
      },
    ];
  });
}

/** Unbounded is more than any bound. */
const roomOf = ({ max_bytes = -1 }: Size) => (max_bytes > 0 ? max_bytes : Number.POSITIVE_INFINITY);

/** JetStream's code for "stream name already in use with a different configuration". */
const streamNameExists = 10058;
/** "insufficient storage resources available": `max_bytes` is reserved when a stream is made. */
const insufficientStorage = 10047;
/** "replicas > 1 not supported in non-clustered mode". */
const copiesNeedCluster = 10074;

interface PrepareOptions {
  readonly mayCreate: boolean;
  /** The streams to wait for, where none may be made; by default all that are needed. */
  readonly only?: readonly string[];
  readonly log: Logger;
}

/**
 * Makes sure of the streams: makes what is missing, or, for a service whose identity may not make streams, waits
 * until a supervisor or the API has. (Whoever may make a stream may have it republish to any subject.)
 * @throws BrokerUnfit when the server or a stream is not what we need
 */
export async function prepareStreams(
  nc: NatsConnection,
  settings: StreamSettings,
  { mayCreate, only, log }: PrepareOptions,
): Promise<void> {
  if (mayCreate) return ensureStreams(nc, settings);
  requireFitServer(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const shapes = streamShapes(settings).filter(only ? ({ name }) => only.includes(name) : isNeeded);
  const outage = new OutageLog({
    log,
    level: 'info',
    began: 'waiting for a supervisor or the API to make the streams',
    fields: () => ({}),
  });
  for (;;) {
    try {
      await requireFitStreams(jsm, shapes);
      return;
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound)
        throw error;
      outage.failed(error);
      await pause(systemTimers, missingStreamsPauseMs);
    }
  }
}

const missingStreamsPauseMs = 500;

/**
 * Creates missing streams and buckets and leaves existing ones alone: an operator may have changed their sizes. Any
 * other difference is refused. Every service that may create streams calls this at its start, so that their order does
 * not matter.
 *
 * `max_bytes` on a file stream reserves that much of the server's storage, so SAMPLES growing to its own limit cannot
 * take the room of session events or leases (measured: one unbounded stream at `max_file_store` made every stream refuse
 * writes, error 10023).
 *
 * The nodes of a cluster are waited for.
 * @throws BrokerUnfit when the server or a stream is not what we need, or there are fewer nodes than wanted copies
 */
export async function ensureStreams(
  nc: NatsConnection,
  settings: StreamSettings,
  log?: Logger,
): Promise<void> {
  requireFitServer(nc);
  const configs = await onceClusterFormed(nc, () => makeStreams(nc, settings, log));
  const sizes = otherSizes(configs, {
    wanted: [
      ...streamConfigs(settings),
      ...buckets.map((bucket) => bucketStream(bucket, settings.replicas)),
      taskConfigsBucket(settings),
    ],
    bySetting: new Set(Object.keys(sizeSettings)),
  });
  if (sizes.length > 0) {
    log?.warn(
      { streams: sizes },
      'these streams keep the sizes that they were made with or given since, which are not those that the settings or this release ask for; docs/nats.md says how to change them',
    );
  }
  const { replicas } = settings;
  const fewer = configs.filter(({ num_replicas }) => num_replicas < replicas).map(({ name }) => name);
  if (fewer.length === 0) return;
  log?.warn(
    { streams: fewer, stream_replicas: replicas },
    'these streams were made with fewer copies than STREAM_REPLICAS asks for, and are left so; docs/nats.md says how to raise them',
  );
}

/**
 * Makes ALARMS for events that are brought back from a backup, unless it is there.
 * @param firstSequence which the first event will get
 * @throws BrokerUnfit as `ensureStreams`
 */
export async function makeAlarms(
  nc: NatsConnection,
  settings: StreamSettings,
  firstSequence: number,
): Promise<void> {
  requireFitServer(nc);
  await onceClusterFormed(nc, async () => {
    const jsm = await jetstreamManager(nc);
    for (const config of streamConfigs(settings))
      if (config.name === streamNames.alarms)
        await ensureStream(nc, jsm, { ...config, first_seq: firstSequence });
  });
}

/** @returns how all of them are set up now */
async function makeStreams(
  nc: NatsConnection,
  settings: StreamSettings,
  log: Logger | undefined,
): Promise<StreamConfig[]> {
  const jsm = await jetstreamManager(nc);
  const configs = streamConfigs(settings);
  for (const config of configs.filter(isNeeded)) await ensureStream(nc, jsm, config);
  for (const bucket of buckets) {
    const config = bucketStream(bucket, settings.replicas);
    await ensureStream(nc, jsm, config);
    await denyRollUps(jsm, config.name);
  }
  await ensureTaskConfigs(nc, jsm, settings);
  // These come last, so that they take no room from the others.
  const missing = new Set<string>();
  for (const config of configs.filter((config) => !isNeeded(config))) {
    if (!(await ensureIfTaken(nc, jsm, config, log))) missing.add(config.name);
  }
  return requireFitStreams(
    jsm,
    streamShapes(settings).filter(({ name }) => !missing.has(name)),
  );
}

/** Sessions are read, and readings stored, without SENT: mere bookkeeping must not prevent that. */
const isNeeded = ({ name }: { readonly name: string }) => name !== streamNames.sent;

/** @returns false when the stream is missing because the broker has no room for it */
async function ensureIfTaken(
  nc: NatsConnection,
  jsm: JetStreamManager,
  config: StreamSpec,
  log: Logger | undefined,
): Promise<boolean> {
  try {
    await ensureStream(nc, jsm, config);
    return true;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof JetStreamApiError && cause.code === insufficientStorage)) throw error;
    log?.warn(
      { why: (error as Error).message, stream: config.name },
      `without the stream ${config.name} readings that SAMPLES drops unwritten may be taken for not read. Make room for it in NATS and restart the supervisor`,
    );
    return false;
  }
}

/** All that Holdfast keeps in a broker, buckets by the names of their streams. */
export const streamsOfHoldfast: readonly string[] = [
  ...Object.values(streamNames),
  ...buckets.map(({ name }) => `KV_${name}`),
  taskConfigsStream,
];

function streamShapes(settings: StreamSettings): StreamShape[] {
  const isFile = { storage: StorageType.File };
  // Sizes are left out, and so are harmless settings.
  const streams = streamConfigs(settings).map(
    ({ name, subjects = [], retention, discard, deny_delete, deny_purge }): StreamShape => ({
      ...{ name, subjects, ...isFile },
      ...(retention && { retention }),
      ...(discard && { discard }),
      ...(deny_delete && { deny_delete }),
      ...(deny_purge && { deny_purge }),
      ...shapes[name],
    }),
  );
  const keyValue = buckets.map(({ name, storage, direct = false }): StreamShape => {
    const mustLast = storage === StorageType.File;
    // Any copy answers a direct question, even one that is cut off from the others.
    const about = { allow_direct: direct, allow_rollup_hdrs: false };
    return { name: `KV_${name}`, subjects: [`$KV.${name}.>`], ...about, ...(mustLast && isFile) };
  });
  const prefix = `$O.${bucketNames.taskConfigs}`;
  const objects = { name: taskConfigsStream, subjects: [`${prefix}.C.>`, `${prefix}.M.>`], ...isFile };
  return [...streams, ...keyValue, objects];
}

/** Settings that streams need to have in addition to those that they are made with. */
const shapes: Readonly<Record<string, Partial<StreamShape>>> = {
  // The truth has no age, and the older events of a task count too.
  [streamNames.sessions]: { max_age: 0, max_msgs_per_subject: -1 },
  [streamNames.assignments]: { max_age: 0, max_msgs_per_subject: 1, deny_purge: false },
  [streamNames.samples]: { max_msgs_per_subject: -1 },
  [streamNames.sent]: { max_msgs_per_subject: 1, deny_delete: false },
  [streamNames.quarantine]: { deny_delete: false },
};

async function ensureTaskConfigs(
  nc: NatsConnection,
  jsm: JetStreamManager,
  settings: StreamSettings,
): Promise<void> {
  const bucket = taskConfigsBucket(settings);
  const { max_bytes, num_replicas: replicas } = bucket;
  await makeUnlessThere(nc, jsm, bucket, async () => {
    await new Objm(nc).create(bucketNames.taskConfigs, { replicas, storage: StorageType.File, max_bytes });
  });
}

async function ensureStream(nc: NatsConnection, jsm: JetStreamManager, config: StreamSpec): Promise<void> {
  try {
    await makeUnlessThere(nc, jsm, config, async () => void (await jsm.streams.add(config)));
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== streamNameExists) throw error;
  }
}

/**
 * Makes a stream, also one behind a bucket. The server checks for room before it looks whether the stream exists.
 * @throws Error that says what to do, when the stream is missing and there is no room, or there are too few nodes
 */
async function makeUnlessThere(
  nc: NatsConnection,
  jsm: JetStreamManager,
  config: Pick<StreamSpec, 'name' | 'max_bytes' | 'num_replicas'>,
  create: () => Promise<void>,
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    const { code } = error;
    if (code === copiesNeedCluster || code === noSuitablePeers) {
      if (!(await exists(jsm, config.name))) throw tooFewNodes(nc, config, error);
    } else if (code === insufficientStorage) {
      if (!(await exists(jsm, config.name))) throw await notEnoughStorage(jsm, config, error);
    } else {
      throw error;
    }
  }
}

function tooFewNodes(
  nc: NatsConnection,
  { name, num_replicas }: Pick<StreamSpec, 'name' | 'num_replicas'>,
  cause: Error,
): BrokerUnfit {
  const purpose = `stream ${name} is to be kept on ${num_replicas} nodes of NATS (STREAM_REPLICAS)`;
  return new BrokerUnfit(
    isOfCluster(nc)
      ? `${purpose}, and the cluster has not that many that have room for it (${cause.message}). Start the missing ones, raise max_file_store of each, or lower STREAM_REPLICAS`
      : `${purpose}, and NATS at ${nc.getServer()} stands alone. Set STREAM_REPLICAS=1, or make NATS a cluster of at least ${num_replicas}`,
    { cause },
  );
}

async function exists(jsm: JetStreamManager, name: string): Promise<boolean> {
  try {
    await streamSetUp(jsm, name);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return false;
    throw error;
  }
}

async function notEnoughStorage(
  jsm: JetStreamManager,
  config: Pick<StreamSpec, 'name' | 'max_bytes'>,
  cause: Error,
): Promise<Error> {
  const { reserved_storage, limits } = await jsm.getAccountInfo();
  const smaller = sizeSettings[config.name];
  const limit = limits.max_storage > 0 ? ` of the ${limits.max_storage} that the account may use` : '';
  return new Error(
    `stream ${config.name} is to have ${config.max_bytes} bytes, and the broker has not that much left: ${reserved_storage}${limit} are reserved already. ` +
      `Raise max_file_store of the broker${smaller ? ` or lower ${smaller}` : ''}`,
    { cause },
  );
}
