import { gzipSync } from 'node:zlib';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { Kvm } from '@nats-io/kv';
import { expect, it } from 'vitest';
import type { DeviceHealth, SessionLiveStatus } from '../../contracts/session-status.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { StatusBoard } from './status-board.ts';

const failing: DeviceHealth = {
  status: 'timeout',
  consecutive_failures: 12,
  last_success: '2026-11-28T08:00:00.000Z',
  last_error: '10.0.0.1:502, unit 1: no answer within 1000 ms',
  requests: 123_456,
  failures: { timeout: 12, connection: 0, exception: 3 },
  round_trip_ms: { p50: 12.5, p99: 250.25 },
};

function statusOf(devices: number, instance = 'one'): SessionLiveStatus {
  const codes = Array.from({ length: devices }, (_, index) => `press-${index}`);
  return {
    ...{ v: 1, session: '1-1', epoch: 1, collector: 'c1', instance, state: 'polling', detail: '' },
    updated_at: '2026-11-28T08:00:01.000Z',
    ...{ points_read: 1, error_count: 2, last_read_time: null },
    device_health: Object.fromEntries(codes.map((code, index) => [code, { ...failing, requests: index }])),
  };
}

it('the live state of the largest session is told, and what would fill the memory of its readers is not', async () => {
  const server = await natsForTest();
  const { nc } = await sessionLogForTest(server.url);
  const board = await StatusBoard.open(nc);
  const seen: SessionLiveStatus[] = [];
  const stop = await board.watch((_, status) => seen.push(status));
  const largest = statusOf(10_000);
  expect(JSON.stringify(largest).length).toBeGreaterThan(2 * (nc.info?.max_payload ?? 0));
  await board.write('1', largest);
  const bomb = gzipSync(JSON.stringify({ ...statusOf(1, 'bomb'), detail: ' '.repeat(17_000_000) }));
  await (await new Kvm(nc).open(bucketNames.status)).put('c1.1', bomb);
  await board.write('1', statusOf(2, 'last'));
  await eventually(() => seen.at(-1)?.instance === 'last', { what: 'the last state to be told' });
  stop();
  expect(seen).toEqual([largest, statusOf(2, 'last')]);
});
