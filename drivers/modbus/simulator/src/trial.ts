import type { TrialDevice } from '@holdfast/plant/simulator.ts';
import type { Fault } from './fault.ts';

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
