import { createDriver } from '@holdfast/driver-modbus/driver.ts';
import { type ModbusConnection, modbusProtocols } from '@holdfast/driver-modbus/layout/connection.ts';
import { type EndpointAddress, endpointOf } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import type { DeviceBus } from '@holdfast/driver-modbus/link/device-bus.ts';
import { ModbusLink } from '@holdfast/driver-modbus/link/modbus-link.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { DeviceLinks } from '../device-links.ts';
import { PointSet } from '../point-sets.ts';
import { type PollableDevice, pollableDevice } from '../pollable-device.ts';

const drivers = new Map(modbusProtocols.map((protocol) => [protocol as string, createDriver(protocol)]));

/** Modbus over the buses of a test. */
export function modbusOver(openBus: (address: EndpointAddress) => DeviceBus): DeviceLinks {
  return {
    drivers,
    open: ({ spec }, connection) => {
      const fields = connection as ModbusConnection;
      return new ModbusLink(openBus(endpointOf({ ...fields, protocol: spec.protocol as 'modbus_tcp' })));
    },
  };
}

/** A Modbus device as a poller takes it, with points of its own unless they are shared. */
export function pollableModbus(
  device: DeviceConfig,
  refusedPauseMs?: number,
  shared?: PointSet,
): PollableDevice {
  const driver = drivers.get(device.protocol);
  if (!driver) throw new RangeError(device.protocol);
  const set = shared ?? new PointSet(device.points);
  return pollableDevice(device, driver, set, { refusedPauseMs });
}
