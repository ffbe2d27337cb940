import type { WorkshopMachine } from '@holdfast/plant/simulator.ts';
import { chiller } from './machines/chiller.ts';
import { injectionMouldingMachine } from './machines/injection-moulding-machine.ts';
import type { Machine } from './machines/machine.ts';
import { powerMeter } from './machines/power-meter.ts';
import type { MachineName } from './plant-file/plant-file-schema.ts';

/** The machines of the demo, one Modbus TCP endpoint each. */
export const workshop: readonly WorkshopMachine[] = [
  workshopMachine(0, 'injection_moulding_machine', injectionMouldingMachine(1)),
  workshopMachine(1, 'power_meter', powerMeter(1)),
  workshopMachine(2, 'chiller', chiller(1)),
];

function workshopMachine(place: number, machine: MachineName, played: Machine): WorkshopMachine {
  const { code, name, unitId, points } = played;
  return {
    code,
    name,
    place,
    endpoint: (port) => ({
      protocol: 'modbus_tcp',
      port,
      units: [{ device: code, unit_id: unitId, machine }],
    }),
    device: { protocol: 'modbus_tcp', unit_id: unitId },
    points: points.map(({ valueAt: _, ...point }) => point),
  };
}
