import {
  type DeviceConfig,
  deviceConfigSchema,
  type PointConfig,
} from '@holdfast/shared/contracts/task-config.ts';
import { connectionSchema, type ModbusConnection, type ModbusProtocol } from '../../layout/connection.ts';
import type { ModbusPlace } from '../../layout/place.ts';

export type FlatPoint = Omit<PointConfig, 'address'> & ModbusPlace;
type GroupedDevice = Omit<DeviceConfig, 'connection'> & ModbusConnection;
export type FlatDevice = Omit<GroupedDevice, 'protocol' | 'points'> & {
  readonly protocol: ModbusProtocol;
  readonly points: readonly FlatPoint[];
};

/** A point of a snapshot, made of flat fields. */
export function pointOf(code: string, address: number, rest: Partial<FlatPoint> = {}): PointConfig {
  const { table = 'holding_register', byte_order = 'ABCD', bit, byte, length, encoding, ...common } = rest;
  const optional = { bit, byte, length, encoding };
  return {
    code,
    name: '',
    data_type: 'uint16',
    scale: 1,
    offset: 0,
    unit: '',
    ...common,
    address: {
      ...{ table, address: rest.address ?? address, byte_order },
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
  };
}

/** A device of a snapshot, made of flat fields. */
export function deviceOf(rest: Partial<GroupedDevice> = {}): DeviceConfig {
  const { host = '10.0.0.5', port, unit_id, max_registers, max_bits, serial, profile, ...common } = rest;
  return {
    id: 'd1',
    code: 'press-1',
    name: '',
    site_code: 'hall',
    protocol: 'modbus_tcp',
    mode: 'polled',
    timeout_ms: 200,
    points: [pointOf('speed', 10), pointOf('force', 11)],
    ...common,
    connection: connectionSchema.parse({ host, port, unit_id, max_registers, max_bits, serial, profile }),
  };
}

/** A flat device of any fields, with the defaults of snapshots. */
export function modbusDevice(
  flat: Readonly<Record<string, unknown>> & { readonly points: readonly object[] },
): DeviceConfig {
  return deviceConfigSchema.parse({
    protocol: 'modbus_tcp',
    ...flat,
    connection: connectionSchema.parse(flat),
    points: flat.points.map((point) => {
      const { code, address, ...rest } = point as FlatPoint;
      return pointOf(code, address, rest);
    }),
  });
}

/** A point as plans take it. */
export function flatPointOf(code: string, address: number, rest: Partial<FlatPoint> = {}): FlatPoint {
  return {
    ...{ code, name: '', table: 'holding_register', address, data_type: 'uint16', byte_order: 'ABCD' },
    ...{ scale: 1, offset: 0, unit: '' },
    ...rest,
  };
}

/** A device as plans take it. */
export function flatDeviceOf(rest: Partial<FlatDevice> = {}): FlatDevice {
  return {
    ...{ id: 'd1', code: 'press-1', name: '', site_code: 'hall', protocol: 'modbus_tcp', mode: 'polled' },
    ...{ host: '10.0.0.5', port: 502, unit_id: 1, timeout_ms: 200, max_registers: 125, max_bits: 2000 },
    points: [flatPointOf('speed', 10), flatPointOf('force', 11)],
    ...rest,
  };
}
