import type { DeviceValues } from '@holdfast/shared/domain/gaps/point-values.ts';
import { expect, it } from 'vitest';
import type { DeviceAccount } from '../accounting/account-for-session.ts';
import { DeviceTotals } from './device-totals.ts';
import type { Evidence } from './evidence.ts';

const values = (...never: string[]): DeviceValues => ({
  ...{ expected: 1, delivered: 1, byCause: {}, points: [] },
  neverDelivered: never.map((code) => ({ code, sinceMs: 0, cause: 'exception' })),
});
const nothing = { scheduled: [], stored: [], quarantined: [], gaps: [], unscheduled: [], fenced: [] };
const of = (device: string, periodMs: number, deviceValues: DeviceValues | undefined): DeviceAccount => ({
  ...{ device, periodMs, ...nothing, values: deviceValues },
});

it('points of a device that never deliver are those of its latest session, whichever length its ticks had', () => {
  const totals = new DeviceTotals(['press', 'mill', 'saw'], undefined, {} as never);
  const latest = [
    of('press', 60_000, values()),
    of('press', 1_000, values('flow')),
    of('mill', 1_000, undefined),
  ];
  totals.add({ devices: latest } as unknown as Evidence);
  totals.add({ devices: [of('mill', 1_000, values('speed'))] } as unknown as Evidence);
  const rows = totals.rows(new Map());
  expect(rows.map(({ device, never_delivered }) => [device, never_delivered])).toEqual([
    ['press', 1],
    ['mill', null],
    ['saw', 0],
  ]);
});
