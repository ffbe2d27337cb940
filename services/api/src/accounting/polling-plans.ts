import type { Database } from '../database/open-database.ts';
import { ApiProblem } from '../http/api-problem.ts';
import type { TaskConfigs } from '../ports.ts';

/** As much of a configuration snapshot as its schedule follows from. */
export interface PollingPlan {
  readonly periodMs: number;
  /** Codes, in the order of the configuration. */
  readonly devices: readonly string[];
}

export interface PollingPlans {
  /** @throws ApiProblem when the snapshot is lost, BrokerUnavailable, DatabaseUnavailable */
  of(taskId: number, version: number): Promise<PollingPlan>;
}

const keptAtMost = 1_000;

/** Snapshots never change, so what was read once is kept. PostgreSQL is asked first: it may be up when NATS is not. */
export function pollingPlans(options: {
  database: Database;
  taskConfigs: () => Pick<TaskConfigs, 'load'>;
}): PollingPlans {
  const { database, taskConfigs } = options;
  const known = new Map<string, PollingPlan>();

  const fromDatabase = async (taskId: number, version: number): Promise<PollingPlan | undefined> => {
    const row = await database
      .selectFrom('task_config_versions')
      .select(['period_ms', 'device_codes'])
      .where('task_id', '=', taskId)
      .where('version', '=', version)
      .executeTakeFirst();
    if (!row?.period_ms || !row.device_codes) return undefined;
    return { periodMs: row.period_ms, devices: row.device_codes };
  };
  const fromSnapshot = async (taskId: number, version: number): Promise<PollingPlan> => {
    const loaded = await taskConfigs().load(String(taskId), version);
    if (!loaded.ok) {
      throw new ApiProblem({
        status: 409,
        code: 'task_config_unreadable',
        title: 'The configuration that the session runs on cannot be read',
        detail: `${loaded.problem}. Without it nobody knows which ticks were due.`,
      });
    }
    const { period_ms, devices } = loaded.config;
    return { periodMs: period_ms, devices: devices.map(({ code }) => code) };
  };
  return {
    of: async (taskId, version) => {
      const key = `${taskId}/${version}`;
      const kept = known.get(key);
      if (kept) return kept;
      const plan = (await fromDatabase(taskId, version)) ?? (await fromSnapshot(taskId, version));
      const [oldest] = known.size >= keptAtMost ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      known.set(key, plan);
      return plan;
    },
  };
}
