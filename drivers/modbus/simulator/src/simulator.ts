import { modbusProtocols } from '@holdfast/driver-modbus/layout/connection.ts';
import type { Simulator, TrialDevice, WorkshopMachine } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { chiller } from './machines/chiller.ts';
import { injectionMouldingMachine } from './machines/injection-moulding-machine.ts';
import type { Machine } from './machines/machine.ts';
import { powerMeter } from './machines/power-meter.ts';
import { type EndpointOfFile, endpointSchema, type MachineName } from './plant-file/plant-file-schema.ts';
import { prepareEndpoints } from './plant-file/prepare-endpoints.ts';

/** The machines of the demo, one Modbus TCP endpoint each. */
const workshop: readonly WorkshopMachine[] = [
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

const point = (index: number) => ({
  ...{ code: `v${index}`, table: 'holding_register', address: index, data_type: 'uint16' },
});

/** A Modbus TCP device of holding registers from 0 on. */
export const trial: TrialDevice<Fault> = {
  endpoint: (device, count) => ({
    protocol: 'modbus_tcp',
    units: [
      {
        device,
        tables: count > 1 ? { holding_register: { [`1-${count - 1}`]: 4711 } } : {},
        points: [{ ...point(0), value: { counter: { every: '100ms', wrap_at: 65_536 } } }],
      },
    ],
  }),
  points: (count) => Array.from({ length: count }, (_, index) => point(index)),
  troubles: [
    { kind: 'silence' },
    { kind: 'slow', delay_ms: 900 },
    { kind: 'exception', code: 4 },
    { kind: 'reset' },
    { kind: 'garbage' },
    { kind: 'doubled' },
    { kind: 'doubled', delay_ms: 20 },
  ],
};

/** Plays devices of Modbus TCP, on serial lines, and behind serial device servers. */
export const simulator: Simulator<EndpointOfFile, Fault> = {
  protocols: modbusProtocols,
  endpointSchema,
  faultSchema,
  faults: faultDescriptions,
  workshop,
  trial,
  prepare: prepareEndpoints,
};
