import { expect, it } from 'vitest';
import { decodeSessionEvent, encodeSessionEvent } from './session-events.ts';
import { formatTraceParent, parseTraceParent } from './trace-parent.ts';

const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const metadata = { id: 'e1', time: '2026-01-02T03:04:05.000Z', source: '/test' };
const assigned = {
  type: 'session.assigned',
  sessionId: '7-1',
  taskId: '7',
  collectorId: 'c1',
  configVersion: 1,
  reason: 'start',
  refusals: 0,
} as const;

it('a traceparent is taken when it is one', () => {
  const parsed = parseTraceParent(good);
  expect(parsed?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(parsed && formatTraceParent(parsed)).toBe(good);
  const bad = [
    undefined,
    '',
    good.toUpperCase(),
    good.replace(/^00/, 'ff'),
    good.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    good.replace('00f067aa0ba902b7', '0'.repeat(16)),
    `${good}\n`,
    good.slice(1),
  ];
  for (const text of bad) expect(parseTraceParent(text)).toBeUndefined();
});

it('an event carries it next to its data, events without one stay as they were, and a damaged one is no damage', () => {
  const with_ = encodeSessionEvent(assigned, { ...metadata, traceparent: good });
  expect(with_.traceparent).toBe(good);
  expect(decodeSessionEvent(with_)).toMatchObject({ kind: 'placement', metadata: { traceparent: good } });
  const without = encodeSessionEvent(assigned, metadata);
  expect(without).not.toHaveProperty('traceparent');
  expect(decodeSessionEvent(without)).toEqual({ kind: 'placement', event: assigned, metadata });
  expect(decodeSessionEvent({ ...without, traceparent: 7 })).toEqual(decodeSessionEvent(without));
});
