import { modbusProtocols } from '@holdfast/driver-modbus/layout/connection.ts';
import type { Simulator } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { type EndpointOfFile, endpointSchema } from './plant-file/plant-file-schema.ts';
import { prepareEndpoints } from './plant-file/prepare-endpoints.ts';
import { trial } from './trial.ts';
import { workshop } from './workshop.ts';

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
