import { specs } from '@holdfast/drivers/specs.ts';
import type { MaxDurationConfig } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { valuesPerSecond } from '@holdfast/shared/domain/rates/values-per-second.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { MaxDuration } from '@holdfast/shared/domain/session/time-limits.ts';
import { StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { BatchedLookup } from '../database/batched-lookup.ts';
import type { Database } from '../database/open-database.ts';
import { type TaskConfigs, TaskConfigsFull } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import {
  type ConfiguredTask,
  configuredTask,
  readConfiguredTask,
  readTaskTexts,
  type TaskTexts,
  textsHash,
} from './configured-task.ts';
import { planDevices, planPointCounts } from './polling-plans.ts';
import { holdCodes, noteReadCodes } from './read-codes.ts';
import { type Compared, noteCompared, recognizedTasks } from './recognized-tasks.ts';
import {
  contentHash,
  type SnapshotProblem,
  type SnapshotTask,
  snapshotTask,
  type TaskContent,
} from './task-snapshot.ts';
import { configurationText } from './texts.ts';
import { siteCodesOf } from './version-sites.ts';

export interface TaskVersion {
  readonly taskCode: string;
  readonly version: number;
  /** Demands that a session on this version makes on its collector. */
  readonly needs: SessionNeeds;
  /** As `siteCodesOf`. */
  readonly siteCodes: readonly string[];
  /** How long a session started now may take. Not part of the version, since it changes nothing about what is read. */
  readonly maxDuration: MaxDuration;
}

/**
 * The version made of a configuration's texts; the same texts make the same version. Texts and content may be
 * megabytes, so neither is kept.
 */
interface VersionOfTexts {
  readonly textsHash: string;
  readonly hash: string;
  readonly comparedHash: string;
  readonly about: Omit<TaskVersion, 'version'>;
  /** The version under which TASK_CONFIGS was last seen to have this content, and when, by `performance.now()`. */
  snapshot?: { readonly version: number; readonly atMs: number };
}

/** Few, because the texts of a task may be megabytes. */
const tasksAtOnce = 50;
/** Number of versions kept, at half a kilobyte each. */
const rememberedAtMost = 10_000;
/** How long a snapshot counts as stored without asking: none is changed or removed, except by hand. */
const storedForMs = 60_000;

/** Makes and finds the versions of tasks, one for each content on which a session was started. */
export class ConfigVersions {
  readonly #database: Database;
  readonly #texts: BatchedLookup<number, TaskTexts>;
  readonly #byTask = new Map<number, VersionOfTexts>();

  constructor(database: Database) {
    this.#database = database;
    this.#texts = new BatchedLookup((taskIds) => readTaskTexts(database, taskIds));
  }

  /** Called when the broker may be another one, or may have lost what it had. */
  forgetStored(): void {
    for (const ofTexts of this.#byTask.values()) delete ofTexts.snapshot;
  }

  /**
   * Returns the version of the task's current configuration, with its snapshot in TASK_CONFIGS. If the content has not
   * changed since the latest version, it is that version; otherwise a new one is made, with the task's row locked so
   * that two starts at once agree on one version.
   * @throws Problem, StoreUnavailable, DatabaseUnavailable
   */
  async ensure(taskConfigs: TaskConfigs, taskId: number): Promise<TaskVersion> {
    return (await this.#unchanged(taskConfigs, taskId)) ?? lockedVersion(this.#database, taskConfigs, taskId);
  }

  /**
   * The newest version if it is the current configuration and its snapshot is in TASK_CONFIGS; makes nothing.
   * @throws StoreUnavailable, DatabaseUnavailable
   */
  async newestIfCurrent(taskConfigs: TaskConfigs, taskId: number): Promise<number | undefined> {
    try {
      return (await this.#unchanged(taskConfigs, taskId))?.version;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  /**
   * The latest version if it certainly is still current, else undefined. Nearly every start is of a task that was started
   * before and has not changed since: then there is nothing to make, and so nothing to lock.
   */
  async #unchanged(taskConfigs: TaskConfigs, taskId: number): Promise<TaskVersion | undefined> {
    const texts = await this.#texts.get(taskId);
    if (!texts?.latest) return undefined;
    const { version, hash } = texts.latest;
    const { ofTexts, content } = this.#versionOf(taskId, texts);
    if (ofTexts.hash !== hash) return undefined;
    const isStored =
      ofTexts.snapshot?.version === version && performance.now() - ofTexts.snapshot.atMs < storedForMs;
    if (!isStored) {
      const config: TaskConfig = {
        ...(content ?? contentOf(configuredTask(texts))),
        config_version: version,
      };
      const atMs = performance.now();
      if (!(await withTaskSnapshot(config, () => taskConfigs.has(config)))) return undefined;
      ofTexts.snapshot = { version, atMs };
    }
    return { ...ofTexts.about, version };
  }

  /**
   * The hash of each task's current configuration, to compare with the `compared_hash` of a version, or undefined if a start
   * would be refused. @throws DatabaseUnavailable
   */
  async comparedHashes(taskIds: readonly number[]): Promise<ReadonlyMap<number, string | undefined>> {
    const hashByTask = new Map<number, string | undefined>();
    for (let from = 0; from < taskIds.length; from += tasksAtOnce) {
      const some = taskIds.slice(from, from + tasksAtOnce);
      for (const [taskId, hash] of await recognizedTasks(this.#database, some)) hashByTask.set(taskId, hash);
      const unknown = some.filter((taskId) => !hashByTask.has(taskId));
      if (unknown.length === 0) continue;
      const compared: Compared[] = [];
      const texts = await readTaskTexts(this.#database, unknown);
      for await (const [taskId, each] of makingWay(texts)) {
        const ofTexts = this.#versionIfStartable(taskId, each);
        hashByTask.set(taskId, ofTexts?.comparedHash);
        if (ofTexts) compared.push({ taskId, ...ofTexts });
      }
      await noteCompared(this.#database, compared);
    }
    return hashByTask;
  }

  #versionIfStartable(taskId: number, texts: TaskTexts): VersionOfTexts | undefined {
    try {
      return this.#versionOf(taskId, texts).ofTexts;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  /**
   * The version made of these texts, from memory if they are known, and then without content: reading, checking and
   * hashing even a small configuration takes longer than the rest of a start. @throws Problem
   */
  #versionOf(
    taskId: number,
    texts: TaskTexts,
  ): { readonly ofTexts: VersionOfTexts; readonly content?: TaskContent } {
    const hashOfTexts = textsHash(texts);
    const last = this.#byTask.get(taskId);
    if (last?.textsHash === hashOfTexts) return { ofTexts: last };
    const configured = configuredTask(texts);
    const content = contentOf(configured);
    const about = ofTask(configured.task, content);
    const ofTexts = {
      textsHash: hashOfTexts,
      hash: contentHash(content),
      comparedHash: comparedHash(content),
      about,
    };
    this.#byTask.delete(taskId);
    this.#byTask.set(taskId, ofTexts);
    if (this.#byTask.size > rememberedAtMost) {
      const [oldest] = this.#byTask.keys();
      if (oldest !== undefined) this.#byTask.delete(oldest);
    }
    return { ofTexts, content };
  }
}

function lockedVersion(database: Database, taskConfigs: TaskConfigs, taskId: number): Promise<TaskVersion> {
  return database.transaction().execute(async (transaction) => {
    await transaction.selectFrom('tasks').select('id').where('id', '=', taskId).forUpdate().execute();
    await holdCodes(transaction, taskId);
    const configured = await readConfiguredTask(transaction, taskId);
    if (!configured) throw new Problem('task_not_found', configurationText('task_not_found', { taskId }));
    const { task, latest } = configured;
    const content = contentOf(configured);
    const hash = contentHash(content);
    if (latest?.hash === hash && (await holds(taskConfigs, content, latest.version, hash))) {
      return { ...ofTask(task, content), version: latest.version };
    }
    let version = (latest?.version ?? 0) + 1;
    // A number may already be in use, if the database was restored or a start broke off before its commit.
    while (!(await holds(taskConfigs, content, version, hash))) version += 1;
    await transaction
      .insertInto('task_config_versions')
      .values({
        task_id: taskId,
        version,
        hash,
        compared_hash: comparedHash(content),
        task_code: task.code,
        task_name: task.name,
        period_ms: content.period_ms,
        device_codes: JSON.stringify(planDevices(content)),
        point_counts: JSON.stringify(planPointCounts(content)),
        site_codes: siteCodesOf(content),
        device_sites: content.devices.map(({ site_code }) => site_code),
        values_per_s: valuesPerSecond(content),
      })
      .execute();
    await noteReadCodes(transaction, content);
    return { ...ofTask(task, content), version };
  });
}

function ofTask(
  { code, max_duration }: { readonly code: string; readonly max_duration: MaxDurationConfig | null },
  content: TaskContent,
): Omit<TaskVersion, 'version'> {
  const { soft_seconds: softSeconds, hard_seconds: hardSeconds } = max_duration ?? {};
  const maxDuration = {
    ...(softSeconds == null ? {} : { softSeconds }),
    ...(hardSeconds == null ? {} : { hardSeconds }),
  };
  return {
    taskCode: code,
    needs: sessionNeeds(content, specs),
    siteCodes: siteCodesOf(content),
    maxDuration,
  };
}

/**
 * The content that a session started now would read. @throws Problem for a task that does not exist or cannot be
 * started, DatabaseUnavailable
 */
export async function readTaskContent(database: Database, taskId: number): Promise<TaskContent> {
  const configured = await readConfiguredTask(database, taskId);
  if (!configured) throw new Problem('task_not_found', configurationText('task_not_found', { taskId }));
  return contentOf(configured);
}

/** A content, with the number of its task's newest version if that already has it. */
export interface NumberedContent {
  readonly content: TaskContent;
  readonly version: number | undefined;
}

/** The content that a session started on these texts would read. @throws Problem for a task that cannot be started */
export function contentOfTexts(texts: TaskTexts): NumberedContent {
  const content = contentOf(configuredTask(texts));
  const { latest } = texts;
  return { content, version: latest?.hash === contentHash(content) ? latest.version : undefined };
}

/** The same for several tasks, without those that could not be started. @throws DatabaseUnavailable */
export async function readTaskContents(
  database: Database,
  taskIds: readonly number[],
): Promise<TaskContent[]> {
  if (taskIds.length === 0) return [];
  const texts = await readTaskTexts(database, taskIds);
  return [...texts.values()].flatMap((each) => {
    const { task, rows, chosenPointIds: pointIds } = configuredTask(each);
    const snapshot = snapshotTask(task, rows, pointIds);
    return snapshot.ok ? [snapshot.content] : [];
  });
}

/** Whether TASK_CONFIGS has this content under this version; stores it there if the place is free. */
async function holds(
  taskConfigs: TaskConfigs,
  content: TaskContent,
  version: number,
  hash: string,
): Promise<boolean> {
  const config: TaskConfig = { ...content, config_version: version };
  return withTaskSnapshot(config, async () => {
    if ((await taskConfigs.put(config)) === 'stored') return true;
    const snapshot = await taskConfigs.load(config.task_id, version);
    return snapshot.ok && contentHash(snapshot.config) === hash;
  });
}

/** @throws Problem, StoreUnavailable */
async function withTaskSnapshot<T>({ task_code }: TaskConfig, question: () => Promise<T>): Promise<T> {
  return storedSnapshot(configurationText('task', { taskCode: task_code }), question);
}

/** Stores a snapshot or asks for one. @param of what it is a snapshot of, for people. @throws Problem, StoreUnavailable */
export async function storedSnapshot<T>(of: Text, put: () => Promise<T>): Promise<T> {
  try {
    return await put();
  } catch (error) {
    if (error instanceof TaskConfigsFull) throw noRoom(of, error);
    throw new StoreUnavailable('the configuration snapshot could not be stored', { cause: error });
  }
}

function noRoom(of: Text, { bytes, maxBytes }: TaskConfigsFull): Problem {
  return new Problem(
    'task_configs_full',
    configurationText('task_configs_full', { of, bytes, maxBytes, value: 2 * maxBytes }),
  );
}

function contentOf({ task, rows, chosenPointIds: pointIds }: ConfiguredTask): TaskContent {
  const snapshot = snapshotTask(task, rows, pointIds);
  if (!snapshot.ok) throw snapshotRefused(task, snapshot.problem);
  return snapshot.content;
}

function snapshotRefused(task: SnapshotTask, problem: SnapshotProblem): Problem {
  const refused = (detail: Text, members = {}) => new Problem(problem.code, detail, members);
  switch (problem.code) {
    case 'task_disabled':
      return refused(configurationText('task_is_disabled_enable_it_first', { code: task.code }));
    case 'task_without_devices':
      return refused(configurationText('task_has_no_enabled_device_give', { code: task.code }));
    case 'task_without_points':
      return refused(configurationText('the_devices_of_task_have', { code: task.code }));
    case 'task_config_invalid':
      return refused(configurationText('the_configuration_of_task', { code: task.code }), {
        errors: problem.issues,
      });
    default:
      return problem satisfies never;
  }
}

/** A hash that is the same for contents that differ only in what sessions have learned about their devices. */
function comparedHash(content: TaskContent): string {
  return contentHash({ ...content, devices: content.devices.map(withoutLearned) });
}

function withoutLearned(device: TaskContent['devices'][number]): TaskContent['devices'][number] {
  const connection = specs.get(device.protocol)?.learning?.forgotten(device.connection);
  return connection ? { ...device, connection: connection as typeof device.connection } : device;
}
