import type { Driver } from '@holdfast/driver/driver.ts';
import type { CreateDriver } from '@holdfast/driver/registry.ts';
import type { ModbusConnection } from './layout/connection.ts';
import { endpointOf } from './layout/endpoint-address.ts';
import type { ModbusPlace } from './layout/place.ts';
import { ModbusLink } from './link/modbus-link.ts';
import { openDeviceBus, RtuLines } from './link/open-device-bus.ts';
import { ModbusPlan } from './plan/modbus-plan.ts';
import { modbusSpecs } from './spec/modbus-specs.ts';

/** The lines of RTU frames and their late answers. They outlive links, and all protocols share them. */
const lines = new RtuLines();

export const createDriver: CreateDriver = (protocol) => {
  const spec = modbusSpecs.find((each) => each.protocol === protocol);
  if (!spec) throw new RangeError(`${protocol} is no way to speak Modbus`);
  const driver: Driver<ModbusConnection, ModbusPlace> = {
    spec,
    plan: (device, list, options) => new ModbusPlan(device, list, options),
    link: (connection, host) =>
      new ModbusLink(
        openDeviceBus(endpointOf({ ...connection, protocol: spec.protocol as 'modbus_tcp' }), host, lines),
      ),
  };
  return driver as Driver;
};
