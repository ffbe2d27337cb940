import { openPlant, type Plant } from '@holdfast/plant/plant.ts';
import { preparePlant } from '@holdfast/plant/prepare-plant.ts';
import type { PublishedMessage, SeenRequest, Simulator } from '@holdfast/plant/simulator.ts';
import { cleanUpAfterFile } from '../../support/cleanup.ts';
import type { LoadedDevice } from './load.ts';

/** Two values a device: one that moves and one that stays. */
const values = 2;

/** Devices of one protocol, in this process, with a record of what they were asked. */
export interface TrialPlant {
  readonly plant: Plant;
  /** Every request that reached a device, in order. */
  readonly requests: readonly SeenRequest[];
  /** Every message with values that a subscribed one published, in order. */
  readonly published: readonly PublishedMessage[];
  readonly devices: readonly LoadedDevice[];
}

export async function startTrialPlant(
  simulator: Simulator,
  deviceCodes: readonly string[],
): Promise<TrialPlant> {
  const { trial } = simulator;
  const parts = preparePlant(
    deviceCodes.map((code) => trial.endpoint(code, values)),
    [simulator],
    {
      startedAtMs: Date.now(),
      readColumn: () => {
        throw new Error('a trial has no files');
      },
    },
  );
  const requests: SeenRequest[] = [];
  const published: PublishedMessage[] = [];
  const plant = await openPlant(
    parts,
    '127.0.0.1',
    (request) => requests.push(request),
    (message) => published.push(message),
  );
  cleanUpAfterFile(() => plant.stop());
  return {
    plant,
    requests,
    published,
    devices: plant.devices.map(({ code, address }) => ({ code, address, points: trial.points(values) })),
  };
}
