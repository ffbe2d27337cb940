import type { ChannelEvents } from '@holdfast/driver/channel.ts';
import { describe, expect, it } from 'vitest';
import type { ReadRequest } from '../layout/requests.ts';
import { MbapFraming } from './mbap-framing.ts';
import { ModbusBus } from './modbus-bus.ts';

const request: ReadRequest = {
  unitId: 1,
  table: 'holding_register',
  address: 0,
  quantity: 1,
  timeoutMs: 250,
};

/** A bus on a channel whose other end is this file, so that the order of events is certain. */
function busWithRequest() {
  let events: ChannelEvents | undefined;
  let closed = 0;
  const sent = Promise.withResolvers<Buffer>();
  const bus = new ModbusBus({
    framing: new MbapFraming(),
    keepsOpen: false,
    open: (listener) => {
      events = listener;
      queueMicrotask(() => listener.onOpen());
      return {
        write: (bytes) => sent.resolve(bytes),
        close: (_gently, onGone) => {
          closed += 1;
          onGone();
        },
      };
    },
  });
  const answerWith = (value: number, request: Buffer) => {
    const reply = Buffer.of(request[0] ?? 0, request[1] ?? 0, 0, 0, 0, 5, 1, 3, 2, value >>> 8, value & 0xff);
    events?.onBytes(reply, reply.length);
  };
  const reading = bus.read(request);
  // The test may await the reading late: until then its rejection must not count as unhandled.
  reading.catch(() => undefined);
  return { reading, sent: sent.promise, answerWith, timesClosed: () => closed };
}

/** Blocks the process, timers too. */
function standStillUntil(monotonicMs: number): void {
  while (performance.now() <= monotonicMs);
}

describe('a reply to a process that stood still', () => {
  it('is a value when it is looked at within the timeout', async () => {
    const { reading, sent, answerWith } = busWithRequest();
    answerWith(7, await sent);
    expect(await reading).toEqual({ kind: 'registers', values: [7] });
  });

  it('is a timeout when it is looked at later, also before the timer has had its turn, and ends the connection', async () => {
    const { reading, sent, answerWith, timesClosed } = busWithRequest();
    const sentRequest = await sent;
    standStillUntil(performance.now() + request.timeoutMs);
    answerWith(7, sentRequest);
    await expect(reading).rejects.toMatchObject({ missCause: 'timeout', wasSent: true });
    expect(timesClosed()).toBe(1);
  });
});
