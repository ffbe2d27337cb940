import type { TrialDevice } from '@holdfast/plant/simulator.ts';
import type { Fault } from './fault.ts';

const topic = 'trial/values';
const names = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

/** A device with a broker of its own, which publishes all of its values as one message. */
export const trial: TrialDevice<Fault> = {
  endpoint: (device, count) => ({
    protocol: 'mqtt',
    devices: [
      {
        ...{ device, topic, every: '100ms' },
        values: Object.fromEntries(
          names(count).map((name, index) => [name, index === 0 ? { counter: { every: '100ms' } } : 4711]),
        ),
      },
    ],
  }),
  points: (count) =>
    names(count).map((code) => ({
      ...{ code, topic: `${topic}#/${code}`, time_at: '/ts', data_type: 'uint32' },
    })),
  troubles: [
    { kind: 'silence' },
    { kind: 'garbage' },
    { kind: 'reset' },
    { kind: 'half_open' },
    { kind: 'refuse_connections' },
  ],
};
