import { createHash, type Hash, hash as hashOf } from 'node:crypto';
import type { Text } from '@holdfast/texts/text.ts';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type MsgRequest,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ObjectInfo, type ObjectStore, Objm } from '@nats-io/obj';
import * as z from 'zod';
import { bucketNames } from '../../contracts/subjects.ts';
import {
  type DeviceConfig,
  deviceConfigKey,
  deviceConfigSchema,
  type TaskConfig,
  taskConfigKey,
  taskConfigSchema,
  taskDevicesAtMost,
} from '../../contracts/task-config.ts';
import { collectorText } from '../../contracts/words/collector-texts.ts';
import { makingWay } from '../../runtime/making-way.ts';
import { lineOf, readFromLine } from '../../sessions/snapshot-line.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { storeFailed } from '../connection/error-codes.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { askBucket, storeObject } from './store-object.ts';

export type LoadedTaskConfig =
  | { readonly ok: true; readonly config: TaskConfig }
  /** Trying again will not help: the snapshot is missing, or is none. */
  | { readonly ok: false; readonly problem: Text };

/** TASK_CONFIGS is at its bound: nothing more can be put there until it is raised. */
export class TaskConfigStoreFull extends Error {
  override readonly name = 'TaskConfigStoreFull';
  readonly bytes: number;
  readonly maxBytes: number;
  constructor(size: { readonly bytes: number; readonly maxBytes: number }, options?: ErrorOptions) {
    super(`TASK_CONFIGS has ${size.bytes} of ${size.maxBytes} bytes`, options);
    this.bytes = size.bytes;
    this.maxBytes = size.maxBytes;
  }
}

export type LoadedDeviceConfig =
  | { readonly ok: true; readonly device: DeviceConfig }
  | { readonly ok: false; readonly problem: Text };

type Problem = { readonly ok: false; readonly problem: Text };
/** Puts one question to the broker. */
type Asking = <T>(ask: () => Promise<T>) => Promise<T>;

/** The first line of a snapshot. Each line behind it is a device. */
const headSchema = taskConfigSchema.omit({ devices: true });
const devicesSchema = z.array(z.unknown()).min(1).max(taskDevicesAtMost);

const newline = 0x0a;

/** A line of a snapshot. */
interface Line {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  /** The device on this line, if it was known before. */
  readonly device: DeviceConfig | undefined;
  /** The parsed line. */
  readonly content: unknown;
}

const stream = `OBJ_${bucketNames.taskConfigs}`;
/** Loading a snapshot takes several round trips, each of which may take seconds over a slow link. */
const loadWithinMs = 20_000;
/** Bytes that the object store adds to a snapshot: its description and the headers, generously. */
const overheadBytes = 4_096;

/**
 * Immutable configuration snapshots in TASK_CONFIGS: a line of JSON for the task, then one for each device. A collector
 * that loads ten thousand devices has others to read meanwhile, and one text of that size would take a quarter of a
 * second to parse.
 */
export class TaskConfigStore {
  readonly #objects: ObjectStore;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  private constructor(nc: NatsConnection, objects: ObjectStore, jsm: JetStreamManager) {
    this.#js = jetstream(nc);
    this.#objects = objects;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<TaskConfigStore> {
    const objects = await new Objm(nc).open(bucketNames.taskConfigs);
    return new TaskConfigStore(nc, objects, await jetstreamManager(nc, { checkAPI: false }));
  }

  /**
   * Stores a snapshot under its task and version; one that is there already is never replaced.
   * @throws TaskConfigStoreFull, and when the broker cannot be asked
   */
  put(config: TaskConfig): Promise<'stored' | 'already_there'> {
    const snapshot = new TextEncoder().encode(textOf(config));
    return this.#putUnlessThere(taskConfigKey(config.task_id, config.config_version), snapshot);
  }

  /**
   * Stores a device by itself, for when no snapshot of a task has it.
   * @returns the hash under which it is stored.
   * @throws TaskConfigStoreFull, and when the broker cannot be asked
   */
  async putDevice(device: DeviceConfig): Promise<string> {
    const snapshot = new TextEncoder().encode(JSON.stringify(device));
    const hash = createHash('sha256').update(snapshot).digest('hex');
    await this.#putUnlessThere(deviceConfigKey(hash), snapshot);
    return hash;
  }

  async #putUnlessThere(name: string, snapshot: Uint8Array): Promise<'stored' | 'already_there'> {
    try {
      return await storeObject({
        ...{ js: this.#js, jsm: this.#jsm, objects: this.#objects, bucket: bucketNames.taskConfigs },
        ...{ name, data: snapshot },
      });
    } catch (error) {
      throw (await this.#isFull(error, snapshot.length)) ?? error;
    }
  }

  /** Whether exactly this snapshot is there, byte for byte: one question, however long it is. @throws when the broker cannot be asked */
  async has(config: TaskConfig): Promise<boolean> {
    const name = taskConfigKey(config.task_id, config.config_version);
    const info = await askBucket(this.#jsm, 'read', () => this.#objects.info(name));
    if (!info || info.deleted) return false;
    return hasDigest(info, createHash('sha256').update(textOf(config)));
  }

  async #isFull(cause: unknown, bytesMore: number): Promise<TaskConfigStoreFull | undefined> {
    if (!(cause instanceof JetStreamApiError && cause.code === storeFailed)) return undefined;
    const { state, config } = await leaderInfo(this.#jsm, stream);
    const { bytes } = state;
    const isFull = config.max_bytes > 0 && bytes + bytesMore + overheadBytes > config.max_bytes;
    return isFull ? new TaskConfigStoreFull({ bytes, maxBytes: config.max_bytes }, { cause }) : undefined;
  }

  /** Names of all snapshots that are stored. */
  async names(): Promise<string[]> {
    return (await this.#objects.list()).map(({ name }) => name).sort();
  }

  /** Brings back a snapshot that was saved as text. */
  async putText(name: string, text: string): Promise<void> {
    await this.#objects.putBlob({ name }, new TextEncoder().encode(text));
  }

  /** A snapshot as it is stored, for saving. @throws when the broker cannot be asked */
  async loadText(name: string): Promise<{ readonly ok: true; readonly text: string } | Problem> {
    const decoder = new TextDecoder();
    let text = '';
    const problem = await this.#read(name, (part) => {
      text += decoder.decode(part, { stream: true });
    });
    return problem ?? { ok: true, text };
  }

  /**
   * @param knownDevices devices of another version, reused where this one has them too: of ten thousand devices one changes,
   *   and reading all of them again takes a second
   * @throws when the broker cannot be asked; a missing or damaged snapshot is an answer, not an error
   */
  async load(
    taskId: string,
    configVersion: number,
    knownDevices: Iterable<DeviceConfig> = [],
  ): Promise<LoadedTaskConfig> {
    const name = taskConfigKey(taskId, configVersion);
    const knownByLine = new Map<string, DeviceConfig>();
    for (const device of knownDevices) {
      const digest = lineOf(device);
      if (digest !== undefined) knownByLine.set(digest, device);
    }
    const loaded = await this.#loadLines(name, knownByLine);
    if (!loaded.ok) return loaded;
    const [first, ...others] = loaded.lines;
    const head = headSchema.safeParse(first?.content);
    if (!head.success) return invalid(name, z.prettifyError(head.error));
    const knownParsed = devicesSchema.safeParse(others);
    if (!knownParsed.success) return invalid(name, z.prettifyError(knownParsed.error));
    const devices: DeviceConfig[] = [];
    for await (const { digest, device, content } of makingWay(others)) {
      if (device) devices.push(device);
      else {
        const parsed = deviceConfigSchema.safeParse(content);
        if (!parsed.success) {
          return invalid(name, `device ${devices.length + 1}: ${z.prettifyError(parsed.error)}`);
        }
        devices.push(readFromLine(parsed.data, digest));
      }
    }
    return { ok: true, config: { ...head.data, devices } };
  }

  /** As {@link load}, for a device that was stored by itself. */
  async loadDevice(hash: string): Promise<LoadedDeviceConfig> {
    const name = deviceConfigKey(hash);
    const loaded = await this.#loadLines(name);
    if (!loaded.ok) return loaded;
    const [first] = loaded.lines;
    const parsed = deviceConfigSchema.safeParse(first?.content);
    if (!parsed.success || loaded.lines.length > 1) {
      return invalid(name, parsed.error ? z.prettifyError(parsed.error) : 'it has more than one line');
    }
    // With the hash of other content, this would be a device that was never configured so.
    return first?.digest === hash
      ? { ok: true, device: parsed.data }
      : { ok: false, problem: collectorText('snapshot_differs_from_its_name', { snapshot: name }) };
  }

  async #loadLines(
    name: string,
    devicesByKey: ReadonlyMap<string, DeviceConfig> = new Map(),
  ): Promise<{ readonly ok: true; readonly lines: Line[] } | Problem> {
    const untilMs = performance.now() + loadWithinMs;
    const answers = BrokerAnswers.behind(this.#jsm);
    // Each question is repeated by itself: with ten thousand devices, parallel loads would take several hundred MB.
    const asking: Asking = (ask) =>
      answeredSoon(answers, 'read', ask, Math.max(1, untilMs - performance.now()));
    const decoder = new TextDecoder();
    const lines: Line[] = [];
    const takeLine = (bytes: Uint8Array): void => {
      const digest = hashOf('sha256', bytes);
      const device = devicesByKey.get(digest);
      lines.push({ digest, device, content: device ?? JSON.parse(decoder.decode(bytes)) });
    };
    let begun: Uint8Array = new Uint8Array();
    const take = (part: Uint8Array): void => {
      let from = 0;
      for (let end = part.indexOf(newline); end >= 0; end = part.indexOf(newline, from)) {
        takeLine(joined(begun, part.subarray(from, end)));
        begun = new Uint8Array();
        from = end + 1;
      }
      begun = joined(begun, part.subarray(from));
    };
    try {
      const problem = await this.#read(name, take, asking);
      if (problem) return problem;
      takeLine(begun);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { ok: false, problem: collectorText('snapshot_is_no_json', { snapshot: name }) };
    }
    return { ok: true, lines };
  }

  /**
   * Hands over the snapshot part by part; the parts are to be believed only if no problem is returned.
   * @throws when the broker cannot be asked
   */
  async #read(
    name: string,
    take: (part: Uint8Array) => void,
    asking: Asking = (ask) => ask(),
  ): Promise<Problem | undefined> {
    const info = await asking(() => this.#objects.info(name));
    if (!info || info.deleted) {
      return { ok: false, problem: collectorText('snapshot_missing', { snapshot: name }) };
    }
    const hash = createHash('sha256');
    let chunks = 0;
    for await (const chunk of this.#chunks(info, asking)) {
      chunks += 1;
      hash.update(chunk);
      take(chunk);
    }
    if (chunks === info.chunks && hasDigest(info, hash)) return undefined;
    return { ok: false, problem: collectorText('snapshot_damaged', { snapshot: name }) };
  }

  /**
   * Yields the chunks one by one, as far as they are there. The client reads every object through a consumer that it
   * leaves behind: ten thousand sessions taken at once left as many consumers, 50 KB each, for five minutes. One chunk,
   * 128 KB, holds nearly every configuration.
   */
  async *#chunks(object: ObjectInfo, asking: Asking): AsyncIterable<Uint8Array> {
    const subject = `$O.${bucketNames.taskConfigs}.C.${object.nuid}`;
    try {
      for (let [at, seq] = [1, 1]; at <= object.chunks; at += 1) {
        const query = at === object.chunks ? { last_by_subj: subject } : { seq, next_by_subj: subject };
        const chunk = await asking(() => this.#jsm.streams.getMessage(stream, query as MsgRequest));
        if (!chunk) return;
        yield chunk.data;
        seq = chunk.seq + 1;
      }
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return;
      throw error;
    }
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.length === 0 ? other : Buffer.concat([one, other]);
}

function textOf({ devices, ...task }: TaskConfig): string {
  return [task, ...devices].map((each) => JSON.stringify(each)).join('\n');
}

function invalid(name: string, why: string): Problem {
  return { ok: false, problem: collectorText('snapshot_invalid', { snapshot: name, why }) };
}

function hasDigest({ digest }: ObjectInfo, hash: Hash): boolean {
  return digest.replace(/=+$/, '') === `SHA-256=${hash.digest('base64url')}`;
}
