import { freePort, freePortRow } from '@holdfast/dev/free-port.ts';
import { openHomeFolder } from '@holdfast/dev/stack/home-folder.ts';
import { writeJsonFile } from '@holdfast/dev/stack/json-file.ts';
import { demoDeviceCodes } from '@holdfast/plant/workshop.ts';

/**
 * Ports for a local stack in an empty folder. Left to itself, a stack looks whether the usual ones are free and takes
 * them a moment later; of two that start at the same time, as in tests, both would take them.
 */
export async function portsOfStack(home: string): Promise<void> {
  const ports = {
    nats: await freePort(),
    nats_monitor: await freePort(),
    postgres: await freePort(),
    simulator_base: await freePortRow(demoDeviceCodes.length),
    simulator_control: await freePort(),
  };
  await writeJsonFile((await openHomeFolder(home)).portsFile, ports);
}
