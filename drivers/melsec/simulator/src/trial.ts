import type { TrialDevice } from '@holdfast/plant/simulator.ts';
import type { Fault } from './fault.ts';

const point = (index: number) => ({ code: `v${index}`, address: `D${index}`, data_type: 'uint16' });

/** A PLC that speaks 3E, with words from D0 on. */
export const trial: TrialDevice<Fault> = {
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
