import type { Device } from '@holdfast/driver/device.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { ModbusConnection, ModbusProtocol } from '../layout/connection.ts';
import type { ModbusDevice, ModbusPoint } from '../layout/modbus-device.ts';
import type { ModbusPlace } from '../layout/place.ts';

/** A point with its number in the device's list. When an array is taken apart, its values keep the number. */
export type NumberedPoint = ModbusPoint & { readonly number: number };

export type FlatDevice = ModbusDevice<NumberedPoint>;

/** Points with their places, made once for a list. */
export function flatPoints(list: PointList<ModbusPlace>): readonly NumberedPoint[] {
  return list.once('flat', () =>
    list.points.map(({ address, ...rest }, number) => ({ ...rest, ...address, number })),
  );
}

export function flatDevice(
  { code, protocol, timeout_ms, connection }: Device<ModbusConnection, ModbusPlace>,
  points: readonly NumberedPoint[],
): FlatDevice {
  return { ...connection, code, protocol: protocol as ModbusProtocol, timeout_ms, points };
}
