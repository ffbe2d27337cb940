import type { Simulator } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { type EndpointOfFile, endpointSchema } from './plant-file-schema.ts';
import { prepareEndpoints } from './prepare-endpoints.ts';
import { trial } from './trial.ts';
import { workshop } from './workshop.ts';

/** Plays devices that publish over MQTT, and the brokers that they publish to. */
export const simulator: Simulator<EndpointOfFile, Fault> = {
  protocols: ['mqtt'],
  endpointSchema,
  faultSchema,
  faults: faultDescriptions,
  workshop,
  trial,
  prepare: prepareEndpoints,
};
