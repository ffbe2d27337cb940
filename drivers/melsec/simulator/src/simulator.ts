import type { Simulator } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { type EndpointOfFile, endpointSchema } from './plant-file/plant-file-schema.ts';
import { prepareEndpoints } from './plant-file/prepare-endpoints.ts';
import { trial } from './trial.ts';
import { workshop } from './workshop.ts';

/** Plays PLCs that speak the MC protocol. */
export const simulator: Simulator<EndpointOfFile, Fault> = {
  protocols: ['melsec'],
  endpointSchema,
  faultSchema,
  faults: faultDescriptions,
  workshop,
  trial,
  prepare: prepareEndpoints,
};
