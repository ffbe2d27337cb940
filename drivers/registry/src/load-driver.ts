import type { Driver } from '@holdfast/driver/driver.ts';
import type { CreateDriver, LoadDriver } from '@holdfast/driver/registry.ts';

/** Loads the driver of each protocol, with its library, when the first device needs it. */
const modules: Readonly<Record<string, () => Promise<{ readonly createDriver: CreateDriver }>>> = {
  melsec: () => import('@holdfast/driver-melsec/driver.ts'),
  modbus_tcp: () => import('@holdfast/driver-modbus/driver.ts'),
  modbus_rtu: () => import('@holdfast/driver-modbus/driver.ts'),
  modbus_rtu_over_tcp: () => import('@holdfast/driver-modbus/driver.ts'),
  mqtt: () => import('@holdfast/driver-mqtt/driver.ts'),
};

/** The names of all protocols. */
export const protocols: readonly string[] = Object.keys(modules);

/** The drivers of this process, each made once. */
export function driverLoader(): LoadDriver {
  const driversByProtocol = new Map<string, Promise<Driver>>();
  return (protocol) => {
    const cached = driversByProtocol.get(protocol);
    if (cached) return cached;
    const load = modules[protocol];
    if (!load) return Promise.reject(new RangeError(`there is no driver for the protocol ${protocol}`));
    const driver = load().then(({ createDriver }) => createDriver(protocol));
    driversByProtocol.set(protocol, driver);
    return driver;
  };
}
