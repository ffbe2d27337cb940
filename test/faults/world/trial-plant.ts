import { openPlant, type Plant } from '@holdfast/plant/plant.ts';
import { preparePlant } from '@holdfast/plant/prepare-plant.ts';
import type { SeenRequest, Simulator } from '@holdfast/plant/simulator.ts';
import { cleanUpAfterFile } from '../../support/cleanup.ts';
import type { LoadedDevice } from './load.ts';

/** Two values a device: one that moves and one that stays. */
const values = 2;

/** Devices of one protocol, in this process, with a record of what they were asked. */
export interface TrialPlant {
  readonly plant: Plant;
  /** Every request that reached a device, in order. */
  readonly requests: readonly SeenRequest[];
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
  const plant = await openPlant(parts, '127.0.0.1', (request) => requests.push(request));
  cleanUpAfterFile(() => plant.stop());
  return {
    plant,
    requests,
    devices: plant.devices.map(({ code, address }) => ({ code, address, points: trial.points(values) })),
  };
}
