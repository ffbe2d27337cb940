import { deviceFault } from '@holdfast/drivers/device-fault.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { TaskConfigs } from '../ports.ts';

/** Loads snapshots whose devices this release can read. For any other it gives the reason, and that is final. */
export function judgedConfigs(configs: TaskConfigs): TaskConfigs {
  return {
    load: async (taskId, configVersion, known = []) => {
      const judged = new Set(known);
      const loaded = await configs.load(taskId, configVersion, judged);
      if (!loaded.ok) return loaded;
      for await (const device of makingWay(loaded.config.devices)) {
        if (judged.has(device)) continue;
        const fault = deviceFault(device);
        if (fault !== undefined) {
          return { ok: false, problem: `configuration snapshot ${taskId}/${configVersion}: ${fault}` };
        }
      }
      return loaded;
    },
  };
}
