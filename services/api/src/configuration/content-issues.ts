import type { Device } from '@holdfast/driver/device.ts';
import { endpointConflict } from '@holdfast/driver/endpoint-conflict.ts';
import { sameValueCodes } from '@holdfast/driver/same-value-codes.ts';
import type { EndpointIdentity } from '@holdfast/driver/spec.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';

export interface ContentIssue {
  /** Dotted path in the snapshot. */
  readonly path: string;
  readonly message: Text;
}

/** Contradictions between a task's devices and points, each of which is right by itself. */
export function contentIssues({ devices }: Pick<TaskConfig, 'devices'>): readonly ContentIssue[] {
  const ofDevices = devices.flatMap((device, index) => [
    ...codeIssues(device, index),
    ...deviceIssues(device, index),
  ]);
  // Endpoints of devices that are wrong by themselves mean nothing.
  return ofDevices.length > 0 ? ofDevices : endpointIssues(devices);
}

function codeIssues(device: DeviceConfig, index: number): ContentIssue[] {
  return sameValueCodes(device.points).map(({ valueCode, codes: [array, code] }) => ({
    path: `${pointPath(device, index, code)}.code`,
    message: fieldText('device_value_name_of_array', { device: device.code, array, name: valueCode }),
  }));
}

function deviceIssues(device: DeviceConfig, index: number): ContentIssue[] {
  const { code, protocol } = device;
  const spec = specs.get(protocol);
  const path = `devices.${index}`;
  if (!spec)
    return [
      {
        path: `${path}.protocol`,
        message: fieldText('of_thing', { thing: code, why: fieldText('no_such_protocol', { protocol }) }),
      },
    ];
  return (spec.problems?.(device as Device) ?? []).map(({ field, message }) => ({
    path: `${path}.${field}`,
    message: fieldText(field.startsWith('points.') ? 'in_thing' : 'of_thing', { thing: code, why: message }),
  }));
}

function endpointIssues(devices: readonly DeviceConfig[]): ContentIssue[] {
  const issues: ContentIssue[] = [];
  const firstAt = new Map<string, { readonly code: string; readonly identity: EndpointIdentity }>();
  for (const [index, { code, protocol, connection }] of devices.entries()) {
    const identity = specs.get(protocol)?.endpoint(connection);
    if (!identity?.isExclusive) continue;
    const first = firstAt.get(identity.key);
    if (!first) firstAt.set(identity.key, { code, identity });
    const conflict = first && endpointConflict(first.identity, identity);
    if (conflict)
      issues.push({
        path: `devices.${index}`,
        message: fieldText('of_things', { one: first.code, other: code, why: conflict }),
      });
  }
  return issues;
}

/** The path of the array point from which a value was taken. */
function pointPath(device: DeviceConfig, index: number, code: string): string {
  return `devices.${index}.points.${device.points.findIndex((point) => point.code === code)}`;
}
