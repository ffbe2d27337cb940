import { createHash } from 'node:crypto';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type ObjectInfo, type ObjectStore, Objm } from '@nats-io/obj';
import * as z from 'zod';
import { bucketNames } from '../contracts/subjects.ts';
import { type TaskConfig, taskConfigKey, taskConfigSchema } from '../contracts/task-config.ts';

export type LoadedTaskConfig =
  | { readonly ok: true; readonly config: TaskConfig }
  /** It will not get better by trying again: the snapshot is not there, or not one. */
  | { readonly ok: false; readonly problem: string };

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

  /** Stores a snapshot under its task and version; one that is there already is never replaced. */
  async put(config: TaskConfig): Promise<'stored' | 'already_there'> {
    const name = taskConfigKey(config.task_id, config.config_version);
    const existing = await this.#objects.info(name);
    if (existing && !existing.deleted) return 'already_there';
    await this.#objects.putBlob({ name }, new TextEncoder().encode(JSON.stringify(config)));
    return 'stored';
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
    const blob = found.chunks === 1 ? await this.#singleChunk(found) : await this.#objects.getBlob(name);
    if (!blob) return { ok: false, problem: `configuration snapshot ${name} is damaged in TASK_CONFIGS` };
    return { ok: true, text: new TextDecoder().decode(blob) };
  }

  /** @throws when the broker cannot be asked; a missing or damaged snapshot is an answer, not an error */
  async load(taskId: string, configVersion: number): Promise<LoadedTaskConfig> {
    const name = taskConfigKey(taskId, configVersion);
    const loaded = await this.loadText(name);
    if (!loaded.ok) return loaded;
    let json: unknown;
    try {
      json = JSON.parse(loaded.text);
    } catch {
      return { ok: false, problem: `configuration snapshot ${name} is not JSON` };
    }
    const parsed = taskConfigSchema.safeParse(json);
    return parsed.success
      ? { ok: true, config: parsed.data }
      : { ok: false, problem: `configuration snapshot ${name} is invalid: ${z.prettifyError(parsed.error)}` };
  }

  /**
   * The client reads every object through a consumer that it leaves behind: ten thousand sessions that are taken at
   * once were as many consumers, 50 KB each, for five minutes. One chunk, 128 KB, is nearly every configuration.
   * @returns undefined when it is not there or not what was stored
   */
  async #singleChunk({ nuid, digest }: ObjectInfo): Promise<Uint8Array | undefined> {
    const last_by_subj = `$O.${bucketNames.taskConfigs}.C.${nuid}`;
    const chunk = await this.#jsm.streams.getMessage(`OBJ_${bucketNames.taskConfigs}`, { last_by_subj });
    if (!chunk) return undefined;
    const actual = createHash('sha256').update(chunk.data).digest('base64url');
    return digest.replace(/=+$/, '') === `SHA-256=${actual}` ? chunk.data : undefined;
  }
}
