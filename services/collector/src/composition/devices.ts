import { lookup } from 'node:dns/promises';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import { driverLoader, protocols } from '@holdfast/drivers/load-driver.ts';
import { parseNatsAddress } from '@holdfast/shared/jetstream/connection/nats-address.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { siteNetworkRule } from '@holdfast/shared/runtime/networks.ts';
import { deviceNetworks } from '../adapters/device-networks.ts';
import type { DeviceSecrets } from '../adapters/device-secrets.ts';
import { serialPaths } from '../adapters/serial-paths.ts';
import type { CollectorConfig } from '../config.ts';
import type { DeviceLinks } from '../polling/device-links.ts';
import { Endpoints } from '../polling/endpoints.ts';

/**
 * The endpoints of devices. The driver of each protocol reaches them where the settings allow it.
 * @param mayRequest asked right before the bytes of each request leave
 */
export async function openDevices(
  config: CollectorConfig,
  secrets: Pick<DeviceSecrets, 'value'>,
  mayRequest: () => boolean,
  { log }: ServiceContext,
): Promise<Endpoints> {
  const networks = deviceNetworks({
    allowed: config.DEVICE_NETWORKS,
    deniedHosts: [...config.DEVICE_DENIED_HOSTS, ...parseNatsAddress(config.NATS_URL).servers],
    nowMs: () => systemClock.monotonicMs(),
  });
  await networks.refresh();
  const serialRefusal = serialPaths(config.SERIAL_PATHS);
  const load = driverLoader();
  const drivers = await Promise.all(
    protocols.map(async (protocol) => [protocol, await load(protocol)] as const),
  );
  const links: DeviceLinks = {
    drivers: new Map(drivers),
    open: (driver, connection, { sessionId, site, refusal }) => {
      const outsideSite = siteNetworkRule(site);
      const host = openLinkHost({
        ...{ mayRequest, serialRefusal, sessionId, log, clock: systemClock },
        refusal: (ip, port) => networks.refusal(ip, port) ?? outsideSite(ip) ?? refusal(ip, port),
        secret: (name, to) => secrets.value(name, { site: site.code, host: to.host, port: to.port }),
      });
      return driver.link(connection, host);
    },
  };
  const lookUp = async (name: string) => (await lookup(name, { all: true })).map(({ address }) => address);
  return new Endpoints(links, { lookUp });
}
