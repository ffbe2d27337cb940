import type { Played, PlayedDevice } from '@holdfast/plant/simulator.ts';
import type { Fault } from './fault.ts';
import type { Plant, PlantEndpoint } from './plant.ts';

/** A Modbus plant in the form that every plant takes. */
export function playedOf(plant: Plant): Played<Fault> {
  return {
    devices: plant.endpoints.map(playedDevice),
    setFault: plant.setFault,
    clearFault: plant.clearFault,
    shownFault: plant.shownFault,
    faultProblem: plant.faultProblem,
    openConnections: plant.openConnections,
    stop: plant.stop,
  };
}

function playedDevice({ device, endpoint, protocol, host, port, path, unitId }: PlantEndpoint): PlayedDevice {
  const of = { code: device, endpoint, unit: `unit ${unitId}` };
  if (path !== undefined) {
    return { ...of, address: { protocol, serial: { path }, unit_id: unitId }, where: path };
  }
  return { ...of, address: { protocol, host, port, unit_id: unitId }, where: `${host}:${port}` };
}
