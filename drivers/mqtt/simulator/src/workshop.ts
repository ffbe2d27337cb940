import type { WorkshopMachine } from '@holdfast/plant/simulator.ts';

const topic = 'plant/energy-1';
const point = (code: string, name: string, unit: string, precision: number) => ({
  ...{ code, name, topic: `${topic}#/${code}`, time_at: '/ts', data_type: 'float64', precision, unit },
});

/** An energy meter that publishes its values once a second, to a broker of its own. */
export const workshop: readonly WorkshopMachine[] = [
  {
    code: 'energy-1',
    name: '能源计 Energy meter 1',
    place: 4,
    device: { protocol: 'mqtt' },
    endpoint: (port) => ({
      ...{ protocol: 'mqtt', port },
      devices: [
        {
          ...{ device: 'energy-1', topic, retain: true },
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
