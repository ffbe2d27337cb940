import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import { driverLoader, protocols } from '@holdfast/drivers/load-driver.ts';
import { parseNatsAddress } from '@holdfast/shared/jetstream/connection/nats-address.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { deviceNetworks } from '../adapters/device-networks.ts';
import { deviceSecrets } from '../adapters/device-secrets.ts';
import { serialPaths } from '../adapters/serial-paths.ts';
import type { CollectorConfig } from '../config.ts';
import { Endpoints } from '../polling/endpoints.ts';

/**
 * The endpoints of devices. The driver of each protocol reaches them where the settings allow it.
 * @param mayRequest asked right before the bytes of each request leave
 */
export async function openDevices(
  config: CollectorConfig,
  mayRequest: () => boolean,
  { log }: ServiceContext,
): Promise<Endpoints> {
  const networks = deviceNetworks({
    allowed: config.DEVICE_NETWORKS,
    deniedHosts: [...config.DEVICE_DENIED_HOSTS, ...parseNatsAddress(config.NATS_URL).servers],
    nowMs: () => systemClock.monotonicMs(),
  });
  await networks.refresh();
  const host = openLinkHost({
    mayRequest,
    refusal: networks.refusal,
    serialRefusal: serialPaths(config.SERIAL_PATHS),
    secret: deviceSecrets(config.DEVICE_SECRETS),
    clock: systemClock,
    log,
  });
  const load = driverLoader();
  const drivers = await Promise.all(
    protocols.map(async (protocol) => [protocol, await load(protocol)] as const),
  );
  return new Endpoints({
    drivers: new Map(drivers),
    open: (driver, connection, sessionId) => driver.link(connection, { ...host, sessionId }),
  });
}
