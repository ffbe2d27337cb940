import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Database } from '../database/open-database.ts';
import type { TaskConfigs } from '../ports.ts';

export interface SessionConfigSources {
  readonly database: Database;
  readonly taskConfigs: () => Pick<TaskConfigs, 'load'>;
}

/** Loads the configuration that a session has now, if it is known. @throws BrokerUnavailable, DatabaseUnavailable */
export async function sessionConfig(
  { database, taskConfigs }: SessionConfigSources,
  sessionId: string,
): Promise<TaskConfig | undefined> {
  const session = await database
    .selectFrom('sessions')
    .select(['task_id', 'config_version'])
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  if (!session) return undefined;
  const loaded = await taskConfigs().load(String(session.task_id), session.config_version);
  return loaded.ok ? loaded.config : undefined;
}
