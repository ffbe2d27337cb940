import { endpointProblems } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { pointWidth } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { type AddressRange, mapReads } from '@holdfast/driver-modbus/plan/plan-reads.ts';
import { sameValueCodes } from '@holdfast/driver-modbus/spec/point-rules.ts';
import type { DeviceConfig, PointConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';

export interface ContentIssue {
  /** Dotted, in the snapshot. */
  readonly path: string;
  readonly message: string;
}

/** Contradictions between a task's devices and points, each of which is right by itself. */
export function contentIssues(content: Pick<TaskConfig, 'devices'>): readonly ContentIssue[] {
  const { devices } = content;
  return [
    ...devices.flatMap((device, index) => [...codeIssues(device, index), ...readingIssues(device, index)]),
    ...endpointProblems(devices).map((found) => {
      const code = found.devices.at(-1);
      return {
        path: `devices.${devices.findIndex((device) => device.code === code)}`,
        message: `${found.devices.join(', ')}: ${found.problem}`,
      };
    }),
  ];
}

function codeIssues(device: DeviceConfig, index: number): ContentIssue[] {
  return sameValueCodes(device.points).map(({ valueCode, codes: [array, code] }) => ({
    path: `${pointPath(device, index, code)}.code`,
    message: `${device.code}: a value of the array ${array} is named ${valueCode} too`,
  }));
}

const reasons = {
  beyond_table_end: 'reaches beyond the last register',
  wider_than_device_limit: 'is wider than the largest read of the device',
  excluded: 'lies in a range that the profile of the device excludes',
} as const;

function readingIssues(device: DeviceConfig, index: number): ContentIssue[] {
  const excluded = device.profile?.excluded ?? [];
  const learned = excluded.filter((range) => range.learned);
  const { unreadable } = mapReads(device.points, {
    maxRegisters: device.max_registers,
    maxBits: device.max_bits,
    maxHole: 0,
    excluded,
    maxUnneeded: 0,
  });
  return (
    unreadable
      // Findings of a session must not keep the next one from reading the rest: such a point is a miss.
      .filter(({ point }) => !isWithin(point, learned))
      .map(({ point, reason }) => ({
        path: pointPath(device, index, point.code),
        message: `${device.code}, ${point.code}: it ${reasons[reason]}`,
      }))
  );
}

function isWithin(point: PointConfig, ranges: readonly AddressRange[]): boolean {
  const { table, address } = point;
  const end = address + pointWidth(point);
  return ranges.some((range) => range.table === table && range.from < end && range.to >= address);
}

/** The array that a value was taken from. */
function pointPath(device: DeviceConfig, index: number, code: string): string {
  const exact = device.points.findIndex((point) => point.code === code);
  const position = exact >= 0 ? exact : device.points.findIndex((point) => code.startsWith(`${point.code}[`));
  return `devices.${index}.points.${position}`;
}
