import { errorText } from '@holdfast/driver/channel.ts';
import { deviceFault } from '@holdfast/drivers/device-fault.ts';
import type { DeviceCall } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { DeviceSnapshots } from '../ports.ts';

type WriteCall = Extract<DeviceCall, { kind: 'write' }>;

/** A call with the configuration of the device and points that it concerns. A write has exactly one point. */
export type ResolvedCall =
  | Exclude<DeviceCall, WriteCall>
  | (Omit<WriteCall, 'device' | 'point' | 'snapshot'> & { readonly device: DeviceConfig });

/** Finds the device and points that a call names. A refusal says why nothing can be asked of the device. */
export async function resolveCall(
  call: DeviceCall,
  { snapshots, nowMs }: { readonly snapshots: DeviceSnapshots; readonly nowMs: () => number },
): Promise<{ readonly asked: ResolvedCall } | { readonly refusal: Text }> {
  if (call.kind !== 'write') {
    const fault = deviceFault(call.device);
    return fault === undefined ? { asked: call } : { refusal: fault };
  }
  const beganMs = nowMs();
  const configured = await configuredDevice(call, snapshots);
  if (!('points' in configured)) return { refusal: configured };
  const fault = deviceFault(configured);
  if (fault !== undefined) return { refusal: fault };
  const point = configured.points.find(({ code }) => code === call.point);
  if (!point) return { refusal: collectorText('snapshot_lacks_point', { point: call.point }) };
  const { device: _device, point: _point, snapshot: _snapshot, ...rest } = call;
  const within_ms = Math.floor(call.within_ms - (nowMs() - beganMs));
  return { asked: { ...rest, within_ms, device: { ...configured, points: [point] } } };
}

/** A returned text says why there is no device. */
async function configuredDevice(
  { snapshot, device: id }: WriteCall,
  snapshots: DeviceSnapshots,
): Promise<DeviceConfig | Text> {
  try {
    if ('hash' in snapshot) {
      const loaded = await snapshots.loadDevice(snapshot.hash);
      if (!loaded.ok) return loaded.problem;
      return loaded.device.id === id ? loaded.device : collectorText('snapshot_of_another_device');
    }
    const { task, version } = snapshot;
    const loaded = await snapshots.load(task, version);
    if (!loaded.ok) return loaded.problem;
    const configured = loaded.config.devices.find((device) => device.id === id);
    return (
      configured ?? collectorText('snapshot_lacks_device', { snapshot: `${task}/${version}`, device: id })
    );
  } catch (error) {
    return collectorText('own_snapshot_cannot_be_read', { why: errorText(error) });
  }
}
