import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { afterEach, expect, it } from 'vitest';
import type { LiveSamples } from '../ports.ts';
import { EventStream } from './event-stream.ts';
import { followSamples, messagesBehindAtMost, startingPoint } from './follow-samples.ts';
import { StreamHead } from './stream-head.ts';

const server = createServer();
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function message(sequence: number): string {
  return encodeSample({
    v: 1,
    session: '1-1',
    epoch: 3,
    collector: 'c1',
    task: '1',
    device_id: '1',
    device: 'press-1',
    site: '',
    measurement: 'press-1',
    tick: sequence,
    period_ms: 1_000,
    time: 1_000 * sequence,
    read_at: 1_000 * sequence,
    values: { count: sequence },
  });
}

/** A stream of `count` samples that begins at sequence 1, loses some while it is read, and gets no more. */
function streamOf(count: number, droppedUpTo?: { after: number; upTo: number }): LiveSamples {
  let first = 1;
  return {
    bounds: async () => ({ firstSequence: first, lastSequence: count }),
    open: async ({ after }) => ({
      pendingAtStart: count - after,
      stop: () => undefined,
      async *[Symbol.asyncIterator]() {
        for (let sequence = after + 1; sequence <= count; sequence += 1) {
          if (sequence - 1 === droppedUpTo?.after) {
            first = droppedUpTo.upTo + 1;
            sequence = first;
          }
          yield { sequence, pending: count - sequence, data: message(sequence) };
        }
      },
    }),
  };
}

async function eventsAfter(lastEventId: number, samples: LiveSamples): Promise<string[]> {
  const opened = new Promise<EventStream>((resolve) => {
    server.once('request', (_request, response) => resolve(new EventStream(response, { patienceMs: 5_000 })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const client = await opened;
  const all = { devices: new Set<string>(), points: new Set<string>(), sites: 'everywhere' } as const;
  const filter = { ...all, siteOf: ({ site }: { readonly site: string }) => site };
  const from = await startingPoint(samples, lastEventId);
  await followSamples(samples, client, { taskId: undefined, filter, from });
  client.end();
  return (await (await answer).text()).split('\n\n').filter((block) => block.includes('event: '));
}

it('a client that reconnects too late gets a notice and continues with new samples', async () => {
  const count = messagesBehindAtMost + 5;
  const events = await eventsAfter(2, streamOf(count));
  expect(events).toEqual([
    `id: ${count}\nevent: reset\ndata: {"reason":"behind","after":2,"continues_after":${count}}`,
  ]);
});

it('a client that is not that far behind gets everything', async () => {
  const events = await eventsAfter(2, streamOf(10));
  expect(events.map((block) => block.split('\n')[0])).toEqual(
    [3, 4, 5, 6, 7, 8, 9, 10].map((id) => `id: ${id}`),
  );
});

it('a client that the stream overtakes while it reads learns what it has missed, and goes on', async () => {
  const events = await eventsAfter(2, streamOf(10, { after: 4, upTo: 7 }));
  expect(events.map((block) => block.split('\n').slice(0, 2).join(' '))).toEqual([
    'id: 3 event: sample',
    'id: 4 event: sample',
    'id: 4 event: reset',
    ...[8, 9, 10].map((id) => `id: ${id} event: sample`),
  ]);
  expect(events[2]).toContain('data: {"reason":"gone","after":4,"continues_after":7}');
});

it('a feed that has only some of the samples is asked about once a second, as long as nothing is dropped', async () => {
  let questions = 0;
  let nowMs = 0;
  let firstSequence = 1;
  const head = new StreamHead(
    async () => {
      questions += 1;
      return { firstSequence, lastSequence: 100 };
    },
    () => nowMs,
  );
  for (let position = 2; position < 40; position += 2) {
    expect(await head.passed(position, position + 2)).toBeUndefined();
  }
  expect(questions).toBe(2);
  nowMs = 1_500;
  firstSequence = 45;
  expect(await head.passed(40, 42)).toBe(6);
});
