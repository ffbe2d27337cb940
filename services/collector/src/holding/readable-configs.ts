import { deviceFault } from '@holdfast/drivers/device-fault.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { makingWay } from '@holdfast/shared/runtime/making-way.ts';
import type { TaskConfigs } from '../ports.ts';

/**
 * Loads snapshots whose devices this release can read. For any other it gives the reason, and that is final.
 * @param locate finds the addresses of devices, within bounds, before their endpoints are opened
 */
export function readableConfigs(
  configs: TaskConfigs,
  locate: (devices: readonly DeviceConfig[]) => Promise<void> = async () => undefined,
): TaskConfigs {
  return {
    load: async (taskId, configVersion, knownDevices = []) => {
      const judgedDevices = new Set(knownDevices);
      const loaded = await configs.load(taskId, configVersion, judgedDevices);
      if (!loaded.ok) return loaded;
      for await (const device of makingWay(loaded.config.devices)) {
        if (judgedDevices.has(device)) continue;
        const fault = deviceFault(device);
        if (fault !== undefined) {
          return {
            ok: false,
            problem: collectorText('snapshot_fault', { snapshot: `${taskId}/${configVersion}`, why: fault }),
          };
        }
      }
      await locate(loaded.config.devices);
      return loaded;
    },
  };
}
