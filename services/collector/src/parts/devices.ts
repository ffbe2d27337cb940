import { openDeviceBus, RtuLines } from '@holdfast/driver-modbus/link/open-device-bus.ts';
import { parseNatsAddress } from '@holdfast/shared/jetstream/connection/nats-address.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { deviceNetworks } from '../adapters/device-networks.ts';
import { serialPaths } from '../adapters/serial-paths.ts';
import type { CollectorConfig } from '../config.ts';
import { Endpoints } from '../polling/endpoints.ts';

/**
 * The endpoints of devices, reached by Modbus where the settings allow it.
 * @param mayRequest asked right before the bytes of each request leave
 */
export async function openDevices(config: CollectorConfig, mayRequest: () => boolean): Promise<Endpoints> {
  const networks = deviceNetworks({
    allowed: config.DEVICE_NETWORKS,
    deniedHosts: [...config.DEVICE_DENIED_HOSTS, ...parseNatsAddress(config.NATS_URL).servers],
    nowMs: () => systemClock.monotonicMs(),
  });
  await networks.refresh();
  const lines = new RtuLines();
  const pathRefusal = serialPaths(config.SERIAL_PATHS);
  return new Endpoints((address) =>
    openDeviceBus(address, { lines, mayRequest, refusal: networks.refusal, pathRefusal }),
  );
}
