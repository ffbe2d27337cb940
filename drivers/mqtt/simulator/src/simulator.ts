import type { Simulator, TrialDevice, WorkshopMachine } from '@holdfast/plant/simulator.ts';
import { type Fault, faultDescriptions, faultSchema } from './fault.ts';
import { type EndpointOfFile, endpointSchema } from './plant-file-schema.ts';
import { prepareEndpoints } from './prepare-endpoints.ts';

const meterTopic = 'plant/energy-1';
const point = (code: string, name: string, unit: string, precision: number) => ({
  ...{ code, name, topic: `${meterTopic}#/${code}`, time_at: '/ts', data_type: 'float64', precision, unit },
});

/** An energy meter that publishes its values once a second, to a broker of its own. */
const workshop: readonly WorkshopMachine[] = [
  {
    code: 'energy-1',
    name: '能源计 Energy meter 1',
    place: 4,
    device: { protocol: 'mqtt' },
    endpoint: (port) => ({
      ...{ protocol: 'mqtt', port },
      devices: [
        {
          ...{ device: 'energy-1', topic: meterTopic, retain: true },
          values: {
            power: { random_walk: { min: 18, max: 44, step: 1.5 } },
            voltage: { sine: { middle: 230, amplitude: 2.5, period: '3m' } },
            energy: { counter: { start: 18_412, step: 0.01, every: '1s' } },
          },
        },
      ],
    }),
    points: [
      point('power', '有功功率 Active power', 'kW', 2),
      point('voltage', '电压 Voltage', 'V', 1),
      point('energy', '电能 Energy', 'kWh', 2),
    ],
  },
];

const topic = 'trial/values';
const names = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

/** A device with a broker of its own, which publishes all of its values as one message. */
const trial: TrialDevice<Fault> = {
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
