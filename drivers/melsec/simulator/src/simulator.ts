import type { Simulator, TrialDevice } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { type EndpointOfFile, endpointSchema } from './plant-file/plant-file-schema.ts';
import { prepareEndpoints } from './plant-file/prepare-endpoints.ts';
import { workshop } from './workshop.ts';

const point = (index: number) => ({ code: `v${index}`, address: `D${index}`, data_type: 'uint16' });

/** A PLC that speaks 3E, with words from D0 on. */
const trial: TrialDevice<Fault> = {
  endpoint: (device, count) => ({
    ...{ protocol: 'melsec', device },
    points: Array.from({ length: count }, (_, index) => ({
      ...point(index),
      value: index === 0 ? { counter: { every: '100ms', wrap_at: 65_536 } } : 4711,
    })),
  }),
  points: (count) => Array.from({ length: count }, (_, index) => point(index)),
  troubles: [
    { kind: 'silence' },
    { kind: 'slow', delay_ms: 900 },
    { kind: 'late_reply', delay_ms: 700 },
    { kind: 'late_reply' },
    { kind: 'end_code', code: '4031' },
    { kind: 'busy' },
    { kind: 'reset' },
    { kind: 'half_open' },
    { kind: 'refuse_connections' },
    { kind: 'garbage' },
    { kind: 'truncated' },
    { kind: 'wrong_station' },
    { kind: 'wrong_length', bytes: 2 },
    { kind: 'doubled' },
    { kind: 'doubled', delay_ms: 20 },
  ],
};

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
