import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { describe, expect, it } from 'vitest';
import { readStream } from '../consume/read-stream.ts';
import { RestoreFailed, republishEvents, type SavedEvent, sessionLogExtent } from './restore-session-log.ts';

async function* events(from: number, until: number): AsyncIterable<SavedEvent> {
  for (let sequence = from; sequence <= until; sequence += 1) {
    const subject = `sessions.task.${sequence % 3}.lifecycle`;
    yield { subject, sequence, data: JSON.stringify({ id: 'the same', text: `第 ${sequence}` }) };
  }
}

async function messages(nc: Parameters<typeof readStream>[0]): Promise<SavedEvent[]> {
  const events: SavedEvent[] = [];
  for await (const { subject, sequence, data } of readStream(nc, 'SESSIONS')) {
    events.push({ subject, sequence, data });
  }
  return events;
}

describe('saved session events', () => {
  it('get the sequences that they had, also where ids repeat', async () => {
    const { nc } = await sessionLogForTest((await natsForTest()).url);
    expect(await republishEvents(nc, 'SESSIONS', events(1, 2_000))).toBe(2_000);
    const expected: SavedEvent[] = [];
    for await (const event of events(1, 2_000)) expected.push(event);
    expect(await messages(nc)).toEqual(expected);
  });

  it('are refused by a log that another program has written to', async () => {
    const { nc, store } = await sessionLogForTest((await natsForTest()).url);
    const event = { specversion: '1.0' as const, id: 'x', source: '/test', type: 't', subject: 's' };
    const time = '2026-01-01T00:00:00Z';
    await store.append('sessions.task.9.lifecycle', { ...event, time, data: { schema_version: 1 } }, 0);
    await expect(republishEvents(nc, 'SESSIONS', events(1, 600))).rejects.toThrow(RestoreFailed);
    expect((await sessionLogExtent(nc))?.lastSequence).toBe(1);
  });
});
