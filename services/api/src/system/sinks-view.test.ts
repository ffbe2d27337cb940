import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { describe, expect, it } from 'vitest';
import type { Backlog } from '../ports.ts';
import { sinksView } from './sinks-view.ts';

const nowMs = Date.parse('2026-01-01T08:00:00.000Z');
const nothing: Backlog = {
  ...{ waiting: 0, inHand: 0, bytes: 0, oldestMs: undefined, shareOfStream: 0, settledSequence: 90 },
};
const ago = (seconds: number) => new Date(nowMs - seconds * 1_000).toISOString();

const working: SinkStatus = {
  v: 1,
  instance: 'w1',
  store: 'postgres',
  records_ticks: true,
  started_at: ago(3_600),
  updated_at: ago(1),
  reachable: true,
  failing_since: null,
  last_error: null,
  last_write: ago(1),
  samples_per_s: 10,
  values_per_s: 100,
  batch_latency_ms: null,
  samples_written: 1,
  values_written: 1,
  samples_fenced: 0,
  samples_rejected: 0,
  samples_uncertain: 0,
  messages_quarantined: 0,
  values_quarantined: 0,
  refused: [],
  refused_left_out: 0,
  rejected: [],
  rejected_left_out: 0,
  failed_writes: 2,
};
const failing: SinkStatus = {
  ...working,
  instance: 'w2',
  reachable: false,
  failing_since: ago(60),
  last_error: { time: ago(2), code: 'ECONNREFUSED', message: 'connection refused' },
};

const refusing: SinkStatus = {
  ...working,
  refused: [
    {
      session: '1-1',
      device: 'press-1',
      point_codes: ['run'],
      points: 1,
      reason: 'run: InfluxDB 422: field type conflict',
      since: ago(60),
      last: ago(1),
      ticks: 60,
    },
  ],
};

describe('the health of the sinks', () => {
  it.each<[string, SinkStatus[], string, string]>([
    ['is ok while every writer writes', [working], 'ok', 'samples are written'],
    ['is failing when none can, with the reason', [failing], 'failing', 'connection refused'],
    [
      'is ok when one of two still writes, and says so',
      [working, failing],
      'ok',
      '1 of 2 writers cannot write',
    ],
    [
      'is refusing where values of a session are refused, with session, device and reason',
      [working, refusing],
      'refusing',
      'values of session 1-1, press-1 (run: InfluxDB 422: field type conflict) go to quarantine',
    ],
    [
      'is failing rather than refusing where no writer can write',
      [{ ...failing, refused: refusing.refused }],
      'failing',
      'refused',
    ],
    ['is that no writer is there', [], 'no_writer', 'no writer is alive'],
    [
      'does not count a writer that has gone',
      [{ ...working, updated_at: ago(60) }],
      'no_writer',
      'no writer',
    ],
  ])('%s', (_what, statuses, status, detail) => {
    expect(sinksView({ backlog: nothing, statuses: statuses, outboxes: [] }, nowMs)).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
    });
  });

  it('adds up the writers that are alive and shows the youngest error', () => {
    const older = { ...failing, instance: 'w3', last_error: { time: ago(9), code: 'x', message: 'older' } };
    expect(
      sinksView({ backlog: nothing, statuses: [older, failing, working], outboxes: [] }, nowMs),
    ).toMatchObject({
      samples_per_s: 30,
      values_per_s: 300,
      failed_writes: 6,
      last_error: { message: 'connection refused' },
      writers: [{ is_alive: true }, { is_alive: true }, { is_alive: true }],
    });
  });

  it.each([
    [0.49, null],
    [0.5, 'half_full'],
    [0.8, 'almost_full'],
  ])('with a stream that is full to %d warns: %s', (shareOfStream, warning) => {
    const figures = { waiting: 7, inHand: 3, bytes: 2_000, oldestMs: nowMs - 90_000 };
    const backlog = { ...figures, shareOfStream, settledSequence: 90 };
    expect(sinksView({ backlog: backlog, statuses: [working], outboxes: [] }, nowMs).backlog).toEqual({
      messages: 10,
      in_hand: 3,
      bytes: 2_000,
      seconds: 90,
      oldest: ago(90),
      share_of_stream: shareOfStream,
      settled_sequence: 90,
      warning,
    });
  });
});
