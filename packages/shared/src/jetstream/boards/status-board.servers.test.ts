import { gzipSync } from 'node:zlib';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { type KV, Kvm } from '@nats-io/kv';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceHealth, SessionLiveStatus } from '../../contracts/session-status.ts';
import { bucketNames } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type SenderRefusal, SenderRefusals } from '../consume/sender-refusals.ts';
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

function statusOf(devices: number, fields: Partial<SessionLiveStatus> = {}): SessionLiveStatus {
  const codes = Array.from({ length: devices }, (_, index) => `press-${index}`);
  return {
    ...{ v: 1, session: '1-1', epoch: 1, collector: 'c1', instance: 'one', state: 'polling', detail: '' },
    updated_at: '2026-11-28T08:00:01.000Z',
    ...{ points_read: 1, error_count: 2, last_read_time: null },
    device_health: Object.fromEntries(codes.map((code, index) => [code, { ...failing, requests: index }])),
    ...fields,
  };
}

describe('the board of live states', () => {
  let nc: Awaited<ReturnType<typeof sessionLogForTest>>['nc'];
  let kv: KV;
  let board: StatusBoard;
  let statuses: SessionLiveStatus[];
  let refusals: SenderRefusals;
  let news: SenderRefusal[];

  beforeAll(async () => {
    const server = await natsForTest();
    ({ nc } = await sessionLogForTest(server.url));
    kv = await new Kvm(nc).open(bucketNames.status);
    board = await StatusBoard.open(nc);
  });
  beforeEach(() => {
    statuses = [];
    news = [];
    refusals = new SenderRefusals(createLogger('test', 'silent'), (refusal) => news.push(refusal));
  });

  const statusFrom = (instance: string) =>
    eventually(() => statuses.some((status) => status.instance === instance), {
      what: `"${instance}" to be reported`,
    });
  const writeEntry = (key: string, value: object | Uint8Array) =>
    kv.put(key, value instanceof Uint8Array ? value : JSON.stringify(value));

  it('tells the state of the largest session, which fits into no single message, as a whole', async () => {
    const stop = await board.watch((_, status) => statuses.push(status), { refusals });
    const largest = statusOf(10_000);
    expect(JSON.stringify(largest).length).toBeGreaterThan(2 * (nc.info?.max_payload ?? 0));
    await board.write('1', largest);
    // Only the newest message under a key counts: what is overwritten before it was read is never reported.
    await statusFrom('one');
    const smaller = statusOf(400, { instance: 'smaller', updated_at: '2026-11-28T08:00:03.000Z' });
    await board.write('1', smaller);
    await statusFrom('smaller');
    expect(statuses).toEqual([largest, smaller]);
    // A reader that comes later finds the rest of the largest state among the keys.
    const later: SessionLiveStatus[] = [];
    const stopLater = await board.watch((_, status) => later.push(status), { refusals });
    await eventually(() => later.length > 0, { what: 'the present state to be reported' });
    expect(later).toEqual([smaller]);
    stop();
    stopLater();
  });

  it('tells the state without most of its devices to a reader that needs none of them', async () => {
    const stop = await board.watch((_, status) => statuses.push(status), { refusals, withDevices: false });
    await board.write('2', statusOf(2_000, { instance: 'heads' }));
    await statusFrom('heads');
    expect(Object.keys(statuses.at(-1)?.device_health ?? {}).length).toBeLessThan(1_000);
    stop();
  });

  it('unpacks nothing, and names who has written what cannot be read', async () => {
    const stop = await board.watch((_, status) => statuses.push(status), { refusals });
    for (let nth = 0; nth < 40; nth += 1) {
      const packed = gzipSync(
        JSON.stringify(statusOf(1, { instance: 'packed', detail: ' '.repeat(16_000_000 / 40) })),
      );
      await writeEntry(`c1.${nth}`, packed);
    }
    await board.write('3', statusOf(2, { instance: 'honest', collector: 'c2' }));
    await statusFrom('honest');
    await eventually(() => refusals.counts()[0]?.value === 40, { what: 'all of them to be refused' });
    expect(refusals.counts()).toEqual([
      { labels: { sender: 'c1', bucket: 'STATUS', cause: 'unreadable' }, value: 40 },
    ]);
    expect(news).toEqual([{ sender: 'c1', bucket: 'STATUS', cause: 'unreadable' }]);
    expect(statuses.map(({ instance }) => instance)).not.toContain('packed');
    stop();
  });

  it('takes no state in the name of another collector, and no pieces of one that never comes', async () => {
    const stop = await board.watch((_, status) => statuses.push(status), { refusals });
    await writeEntry('c1.4', { ...statusOf(1, { instance: 'forged', collector: 'c2' }) });
    const { v, epoch, updated_at, device_health } = statusOf(1);
    const piece = { v, epoch, instance: 'pieces', updated_at, device_health };
    await writeEntry('c1.5', { ...statusOf(1, { instance: 'pieces' }), parts: 3 });
    await writeEntry('c1.5.1', { ...piece, collector: 'c1' });
    await writeEntry('c1.5.2', { ...piece, collector: 'c2' });
    await writeEntry('c1.5.2', { ...piece, collector: 'c1', updated_at: 'another time' });
    await board.write('6', statusOf(2, { instance: 'last' }));
    await statusFrom('last');
    expect(statuses.map(({ instance }) => instance)).not.toContain('forged');
    expect(statuses.map(({ instance }) => instance)).not.toContain('pieces');
    stop();
  });

  it('refuses a message that no state needs at the broker', async () => {
    await expect(writeEntry('c1.7', statusOf(1, { detail: ' '.repeat(300_000) }))).rejects.toThrow(
      'message size exceeds maximum allowed',
    );
  });
});
