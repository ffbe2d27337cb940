import { specs } from '@holdfast/drivers/specs.ts';
import { contentHash, type TaskContent } from './task-snapshot.ts';

/** A hash that is the same for contents that differ only in what sessions have learned about their devices. */
export function comparedHash(content: TaskContent): string {
  return contentHash({ ...content, devices: content.devices.map(withoutLearned) });
}

function withoutLearned(device: TaskContent['devices'][number]): TaskContent['devices'][number] {
  const connection = specs.get(device.protocol)?.learning?.forgotten(device.connection);
  return connection ? { ...device, connection: connection as typeof device.connection } : device;
}
