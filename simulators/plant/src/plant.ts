import type * as z from 'zod';
import type {
  Fault,
  FaultPlace,
  Played,
  PlayedDevice,
  Prepared,
  PublishedMessage,
  SeenRequest,
  Simulator,
} from './simulator.ts';

/** Devices of any protocols, as one. Each call throws for a device or endpoint that the plant does not have. */
export interface Plant extends Played {
  /** The schema of the faults that this place can have. */
  faultSchema(place: FaultPlace): z.ZodType<Fault>;
}

/** The part of a plant that one simulator has made ready. */
export interface PlantPart {
  readonly simulator: Simulator;
  readonly prepared: Prepared;
}

/** Opens every endpoint. @throws when one cannot be opened, such as a port that is taken; then nothing is left running */
export async function openPlant(
  parts: readonly PlantPart[],
  host: string,
  onRequest?: (request: SeenRequest) => void,
  onPublished?: (message: PublishedMessage) => void,
): Promise<Plant> {
  const open: { readonly simulator: Simulator; readonly played: Played }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(open.map(({ played }) => played.stop()));
  };
  try {
    for (const { simulator, prepared } of parts) {
      open.push({ simulator, played: await prepared.open(host, onRequest, onPublished) });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const find = (place: FaultPlace) => {
    const isThere = (device: PlayedDevice) =>
      'device' in place ? device.code === place.device : device.endpoint === place.endpoint;
    const part = open.find(({ played }) => played.devices.some(isThere));
    if (part) return part;
    throw new Error(`the plant has no ${'device' in place ? place.device : `endpoint ${place.endpoint}`}`);
  };
  return {
    devices: open.flatMap(({ played }) => played.devices),
    faultSchema: (place) => find(place).simulator.faultSchema,
    setFault: (place, fault) => find(place).played.setFault(place, fault),
    clearFault: (place) => find(place).played.clearFault(place),
    shownFault: (place) => find(place).played.shownFault(place),
    faultProblem: (place, fault) => find(place).played.faultProblem(place, fault),
    openConnections: (code) => find({ device: code }).played.openConnections(code),
    stop,
  };
}
