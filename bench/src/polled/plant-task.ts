import type { DeviceConfig, PointConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { UsageError } from '../benchmark.ts';

export type MeasuredType = 'uint16' | 'uint32';

export interface PlantDevice {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly registers: number;
  readonly type: MeasuredType;
  readonly timeoutMs: number;
}

/** Host of the endpoint `index`: a server on all addresses of the loopback network stands for all endpoints. */
export function plantHost(index: number): string {
  return `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** One task with all the devices, each register of which is a part of a value. */
export function plantTask(taskId: number, periodMs: number, devices: readonly PlantDevice[]): TaskConfig {
  return {
    schema_version: 3,
    task_id: String(taskId),
    task_code: `line-${taskId}`,
    task_name: `Line ${taskId}`,
    config_version: 1,
    period_ms: periodMs,
    devices: devices.map(deviceConfig),
  };
}

/** Requests of one device at most, of 125 registers each. */
const pointsAtMost = 1_000;

/** Tasks of `devicesPerTask` devices, each on an endpoint of its own. */
export function fleetTasks({
  firstId,
  count,
  devicesPerTask,
  points,
  periodMs,
  port,
}: {
  readonly firstId: number;
  readonly count: number;
  readonly devicesPerTask: number;
  readonly points: number;
  readonly periodMs: number;
  readonly port: number;
}): TaskConfig[] {
  if (points > pointsAtMost) throw new UsageError(`a device has ${pointsAtMost} points at most here`);
  const tasks: TaskConfig[] = [];
  for (let from = firstId; from < firstId + count; from += devicesPerTask) {
    const devices = Array.from({ length: Math.min(devicesPerTask, firstId + count - from) }, (_, index) => ({
      id: from + index,
      host: plantHost(from + index),
      port,
      unitId: 1,
      registers: points,
      type: 'uint16' as const,
      timeoutMs: 1_000,
    }));
    tasks.push(plantTask(from + 1, periodMs, devices));
  }
  return tasks;
}

/** Values that one reading of a device gives. */
export function valuesOf({ registers, type }: Pick<PlantDevice, 'registers' | 'type'>): number {
  return Math.ceil(registers / registersOf(type));
}

function deviceConfig({ id, host, port, unitId, registers, type, timeoutMs }: PlantDevice): DeviceConfig {
  const width = registersOf(type);
  const points = Array.from({ length: valuesOf({ registers, type }) }, (_, index): PointConfig => {
    const address = index * width;
    return {
      code: `temperature_zone_${index + 1}`,
      name: '',
      address: { table: 'holding_register', address, byte_order: 'ABCD' },
      // The last one of an odd number of registers.
      data_type: address + width > registers ? 'uint16' : type,
      scale: 0.1,
      offset: 0,
      unit: '°C',
    };
  });
  return {
    id: `device-${id}`,
    code: `press-${id}`,
    name: '',
    site_code: 'bench',
    protocol: 'modbus_tcp',
    mode: 'polled',
    timeout_ms: timeoutMs,
    connection: { host, port, unit_id: unitId, max_registers: 125, max_bits: 2_000 },
    points,
  };
}

function registersOf(type: MeasuredType): number {
  return type === 'uint32' ? 2 : 1;
}
