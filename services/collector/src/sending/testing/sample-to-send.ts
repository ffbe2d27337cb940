import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** A sample of one device, for tests of the outbox and the spool. */
export function sampleToSend(tick: number): Sample {
  return {
    v: 1,
    session: '7-1',
    epoch: 2,
    collector: 'a',
    task: '7',
    device_id: 'd1',
    device: 'press-1',
    site: '',
    measurement: 'press-1',
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000 + 5,
    values: { speed: 1 },
  };
}
