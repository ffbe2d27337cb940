import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { openPlant } from '@holdfast/plant/plant.ts';
import { demoConfiguration, demoDeviceCodes, demoPlant } from '@holdfast/plant/workshop.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';

/** An installation without any configuration, with its console, next to the machines of the demo. */
export interface EmptyPlant {
  readonly rest: RestClient;
  /** Where the simulated machines listen. */
  readonly ports: readonly number[];
  readonly unitIds: readonly number[];
}

export async function startEmptyPlant(): Promise<EmptyPlant> {
  await buildConsole();
  const plant = await openPlant(demoPlant(), '127.0.0.1');
  cleanUpAfterFile(() => plant.stop());
  const addresses = demoDeviceCodes.map((code) => plant.devices.find((each) => each.code === code)?.address);
  const ports = addresses.map((address) => Number(address?.port));
  const demo = demoConfiguration({ host: '127.0.0.1', ports });
  const api = { DEMO_CONFIGURATION: JSON.stringify(demo), API_ANONYMOUS_LOOPBACK: 'true' };
  const { rest } = await servicesForTest({
    ...{ natsUrl: (await natsForTest()).url, lease: longLease, settings: { api } },
  });
  const isThere = async () => (await rest.get('/api/system/collectors/')).body.results?.length === 1;
  await eventually(isThere, { what: 'the collector' });
  return { rest, ports, unitIds: demo.devices.map(({ unit_id }) => Number(unit_id)) };
}
