import { expect, it } from 'vitest';
import { ownershipSpans } from './ownership-spans.ts';

const second = 1_000;
const holder = (epoch: number, fromMs: number, toMs: number | undefined) => ({
  ...{ nth: epoch, epoch, collectorId: `c${epoch}`, fromMs, toMs, endedBy: undefined },
  reason: epoch === 1 ? ('start' as const) : ('failover' as const),
});
const at = (ms: number) => new Date(ms).toISOString();

it('tells which times two have read, also by ticks of another length', () => {
  // Holder 1 has not heard of the change at second 20 and still reads every second; holder 2 reads every two seconds.
  const account = { device: 'press', gaps: [] };
  const devices = [
    { ...account, periodMs: second, stored: [{ from: 10, to: 19 }], fenced: [{ from: 21, to: 26 }] },
    { ...account, periodMs: 2_000, stored: [{ from: 10, to: 14 }], fenced: [] },
  ];
  const firstTicks = [
    { session: '1-1', device: 'press', epoch: 1, timeMs: 10 * second, sequence: 1 },
    { session: '1-1', device: 'press', epoch: 2, timeMs: 20 * second, sequence: 9 },
  ];
  const spans = ownershipSpans([holder(1, 10_050, 19_800), holder(2, 19_900, undefined)], {
    ...{ fromMs: 0, toMs: 30 * second, devices, firstTicks },
  });
  expect(spans.map(({ read_twice }) => read_twice)).toEqual([
    null,
    { ticks: 3, from: at(22 * second), to: at(26 * second) },
  ]);
});

it('tells who has read what, and what a change of holder has cost, over ticks of several lengths', () => {
  // Read every second up to second 18, then lost; due ten times a second from second 20 on, read by the second holder
  // from 22 on.
  const gap = { cause: 'failover' as const, events: [] };
  const account = (periodMs: number) => ({ device: 'press', periodMs, fenced: [], stored: [], gaps: [] });
  const devices = [
    { ...account(second), stored: [{ from: 10, to: 18 }], gaps: [{ ...gap, from: 19, to: 19 }] },
    { ...account(100), stored: [{ from: 220, to: 299 }], gaps: [{ ...gap, from: 200, to: 219 }] },
  ];
  const firstTicks = [
    { session: '1-1', device: 'press', epoch: 1, timeMs: 10 * second, sequence: 1 },
    { session: '1-1', device: 'press', epoch: 2, timeMs: 22 * second, sequence: 9 },
  ];
  const spans = ownershipSpans([holder(1, 10_050, 21_800), holder(2, 21_900, undefined)], {
    ...{ fromMs: 0, toMs: 30 * second, devices, firstTicks },
  });
  expect(spans).toMatchObject([
    { epoch: 1, first_sample: at(10 * second), last_sample: at(18 * second), missing_before: 0 },
    { epoch: 2, first_sample: at(22 * second), last_sample: at(29_900), missing_before: 21 },
  ]);
});

it('charges ticks that were delivered late to a change of holder, but not those of a restart', () => {
  const late = { cause: 'delivered_late' as const };
  const gaps = [
    { ...late, events: [], from: 12, to: 14 },
    { ...late, events: [2], from: 19, to: 21 },
  ];
  const stored = [
    { from: 10, to: 11 },
    { from: 15, to: 18 },
    { from: 22, to: 29 },
  ];
  const firstTicks = [
    { session: '1-1', device: 'press', epoch: 1, timeMs: 10 * second, sequence: 1 },
    { session: '1-1', device: 'press', epoch: 2, timeMs: 22 * second, sequence: 9 },
  ];
  const spans = ownershipSpans([holder(1, 10_050, 21_800), holder(2, 21_900, undefined)], {
    ...{ fromMs: 0, toMs: 30 * second, firstTicks },
    devices: [{ device: 'press', periodMs: second, fenced: [], stored, gaps }],
  });
  expect(spans.map(({ missing_before }) => missing_before)).toEqual([0, 3]);
});
