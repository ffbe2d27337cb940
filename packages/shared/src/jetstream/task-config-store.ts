import type { NatsConnection } from '@nats-io/nats-core';
import { type ObjectStore, Objm } from '@nats-io/obj';
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

  private constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  static async open(nc: NatsConnection): Promise<TaskConfigStore> {
    return new TaskConfigStore(await new Objm(nc).open(bucketNames.taskConfigs));
  }

  /** Stores a snapshot under its task and version; one that is there already is never replaced. */
  async put(config: TaskConfig): Promise<'stored' | 'already_there'> {
    const name = taskConfigKey(config.task_id, config.config_version);
    const existing = await this.#objects.info(name);
    if (existing && !existing.deleted) return 'already_there';
    await this.#objects.putBlob({ name }, new TextEncoder().encode(JSON.stringify(config)));
    return 'stored';
  }

  /** @throws when the broker cannot be asked; a missing or damaged snapshot is an answer, not an error */
  async load(taskId: string, configVersion: number): Promise<LoadedTaskConfig> {
    const name = taskConfigKey(taskId, configVersion);
    const blob = await this.#objects.getBlob(name);
    if (!blob) return { ok: false, problem: `configuration snapshot ${name} is missing in TASK_CONFIGS` };
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(blob));
    } catch {
      return { ok: false, problem: `configuration snapshot ${name} is not JSON` };
    }
    const parsed = taskConfigSchema.safeParse(json);
    return parsed.success
      ? { ok: true, config: parsed.data }
      : { ok: false, problem: `configuration snapshot ${name} is invalid: ${z.prettifyError(parsed.error)}` };
  }
}
