import { specs } from '@holdfast/drivers/specs.ts';
import { contentHash, type TaskContent } from './task-snapshot.ts';

/** The same for contents that differ in nothing but what sessions have learned of their devices. */
export function comparedHash(content: TaskContent): string {
  return contentHash({ ...content, devices: content.devices.map(withoutLearned) });
}

function withoutLearned(device: TaskContent['devices'][number]): TaskContent['devices'][number] {
  const connection = specs.get(device.protocol)?.learning?.forgotten(device.connection);
  return connection ? { ...device, connection: connection as typeof device.connection } : device;
}
