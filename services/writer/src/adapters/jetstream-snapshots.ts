import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import type { Snapshots } from '../ports.ts';

/** Snapshots in TASK_CONFIGS, which is opened for the first request. */
export function jetStreamSnapshots({ nc }: Pick<Connection, 'nc'>): Snapshots {
  let opened: Promise<TaskConfigStore> | undefined;
  return {
    async load(taskId, configVersion) {
      opened ??= TaskConfigStore.open(nc);
      try {
        return await (await opened).load(taskId, configVersion);
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
  };
}
