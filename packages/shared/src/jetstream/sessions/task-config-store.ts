import { createHash } from 'node:crypto';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
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
} from '../../contracts/task-config.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { leaderInfo } from '../connection/leader-info.ts';

export type LoadedTaskConfig =
  | { readonly ok: true; readonly config: TaskConfig }
  /** It will not get better by trying again: the snapshot is not there, or not one. */
  | { readonly ok: false; readonly problem: string };

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
  | { readonly ok: false; readonly problem: string };

const stream = `OBJ_${bucketNames.taskConfigs}`;
/** JetStream's code for a message that its stream could not store, for whatever reason. */
const storeFailed = 10077;
/** A snapshot takes several ways there and back, each of which may take seconds over a slow link. */
const loadWithinMs = 20_000;
/** Bytes that the object store adds to a snapshot: its description and the headers, generously. */
const overheadBytes = 4_096;

/** Immutable configuration snapshots in TASK_CONFIGS, chunked by the object store where they exceed 1 MB. */
export class TaskConfigStore {
  readonly #objects: ObjectStore;
  readonly #jsm: JetStreamManager;

  private constructor(objects: ObjectStore, jsm: JetStreamManager) {
    this.#objects = objects;
    this.#jsm = jsm;
  }

  static async open(nc: NatsConnection): Promise<TaskConfigStore> {
    const objects = await new Objm(nc).open(bucketNames.taskConfigs);
    return new TaskConfigStore(objects, await jetstreamManager(nc, { checkAPI: false }));
  }

  /**
   * Stores a snapshot under its task and version; one that is there already is never replaced.
   * @throws TaskConfigStoreFull, and when the broker cannot be asked
   */
  put(config: TaskConfig): Promise<'stored' | 'already_there'> {
    const snapshot = new TextEncoder().encode(JSON.stringify(config));
    return this.#putUnlessThere(taskConfigKey(config.task_id, config.config_version), snapshot);
  }

  /**
   * Stores a device by itself, as no snapshot of a task has it.
   * @returns the hash under which it lies. @throws TaskConfigStoreFull, and when the broker cannot be asked
   */
  async putDevice(device: DeviceConfig): Promise<string> {
    const snapshot = new TextEncoder().encode(JSON.stringify(device));
    const hash = createHash('sha256').update(snapshot).digest('hex');
    await this.#putUnlessThere(deviceConfigKey(hash), snapshot);
    return hash;
  }

  async #putUnlessThere(name: string, snapshot: Uint8Array): Promise<'stored' | 'already_there'> {
    const existing = await this.#objects.info(name);
    if (existing && !existing.deleted) return 'already_there';
    try {
      await this.#objects.putBlob({ name }, snapshot);
    } catch (error) {
      throw (await this.#isFull(error, snapshot.length)) ?? error;
    }
    return 'stored';
  }

  /** Whether exactly this snapshot is there, byte for byte: one question, however long it is. @throws when the broker cannot be asked */
  async has(config: TaskConfig): Promise<boolean> {
    const found = await this.#objects.info(taskConfigKey(config.task_id, config.config_version));
    if (!found || found.deleted) return false;
    return hasDigest(found, new TextEncoder().encode(JSON.stringify(config)));
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
  async loadText(
    name: string,
  ): Promise<
    { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string }
  > {
    const found = await this.#objects.info(name);
    if (!found || found.deleted) {
      return { ok: false, problem: `configuration snapshot ${name} is missing in TASK_CONFIGS` };
    }
    const blob = await this.#chunks(found);
    if (!blob) return { ok: false, problem: `configuration snapshot ${name} is damaged in TASK_CONFIGS` };
    return { ok: true, text: new TextDecoder().decode(blob) };
  }

  /** @throws when the broker cannot be asked; a missing or damaged snapshot is an answer, not an error */
  async load(taskId: string, configVersion: number): Promise<LoadedTaskConfig> {
    const loaded = await this.#load(taskConfigKey(taskId, configVersion), taskConfigSchema);
    return loaded.ok ? { ok: true, config: loaded.content } : loaded;
  }

  /** As {@link load}, of a device that was stored by itself. */
  async loadDevice(hash: string): Promise<LoadedDeviceConfig> {
    const loaded = await this.#load(deviceConfigKey(hash), deviceConfigSchema);
    if (!loaded.ok) return loaded;
    // Under the hash of another content it would be a device that nobody has configured so.
    return createHash('sha256').update(loaded.text).digest('hex') === hash
      ? { ok: true, device: loaded.content }
      : { ok: false, problem: `configuration snapshot ${deviceConfigKey(hash)} is not what its name says` };
  }

  async #load<T>(
    name: string,
    schema: z.ZodType<T>,
  ): Promise<
    | { readonly ok: true; readonly content: T; readonly text: string }
    | { readonly ok: false; readonly problem: string }
  > {
    const loaded = await answeredSoon(() => this.loadText(name), loadWithinMs);
    if (!loaded.ok) return loaded;
    let json: unknown;
    try {
      json = JSON.parse(loaded.text);
    } catch {
      return { ok: false, problem: `configuration snapshot ${name} is not JSON` };
    }
    const parsed = schema.safeParse(json);
    return parsed.success
      ? { ok: true, content: parsed.data, text: loaded.text }
      : { ok: false, problem: `configuration snapshot ${name} is invalid: ${z.prettifyError(parsed.error)}` };
  }

  /**
   * One by one. The client reads every object through a consumer that it leaves behind: ten thousand sessions that are
   * taken at once were as many consumers, 50 KB each, for five minutes. One chunk, 128 KB, is nearly every configuration.
   * @returns undefined when it is not there or not what was stored
   */
  async #chunks(object: ObjectInfo): Promise<Uint8Array | undefined> {
    const subject = `$O.${bucketNames.taskConfigs}.C.${object.nuid}`;
    const chunks: Uint8Array[] = [];
    try {
      for (let seq = 1; chunks.length < object.chunks; ) {
        const isLast = chunks.length === object.chunks - 1;
        const query = isLast ? { last_by_subj: subject } : { seq, next_by_subj: subject };
        const chunk = await this.#jsm.streams.getMessage(stream, query as MsgRequest);
        if (!chunk) return undefined;
        chunks.push(chunk.data);
        seq = chunk.seq + 1;
      }
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
        return undefined;
      throw error;
    }
    const data = Buffer.concat(chunks);
    return hasDigest(object, data) ? data : undefined;
  }
}

function hasDigest({ digest }: ObjectInfo, data: Uint8Array): boolean {
  const actual = createHash('sha256').update(data).digest('base64url');
  return digest.replace(/=+$/, '') === `SHA-256=${actual}`;
}
