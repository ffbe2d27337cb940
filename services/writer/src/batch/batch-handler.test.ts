import { firstSequenceHeader, type Sample, sentAtHeader } from '@holdfast/shared/contracts/sample/sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { StoppedWhileTrying } from '@holdfast/shared/runtime/until-it-works.ts';
import { describe, expect, it } from 'vitest';
import { PostponedSamples } from '../admission/postponed-samples.ts';
import { gateForTest, placedSo } from '../admission/testing/gate-for-test.ts';
import { EpochFence } from '../fencing/epoch-fence.ts';
import { RefusedDevices } from '../health/refused-devices.ts';
import { Rejections } from '../health/rejections.ts';
import { SinkMonitor } from '../health/sink-monitor.ts';
import { writerCounters } from '../health/writer-counters.ts';
import { WrittenAccount } from '../health/written-account.ts';
import type { SampleMessage, Unstorable } from '../ports.ts';
import { PatientStore } from '../retry/patient-store.ts';
import { BatchHandler } from './batch-handler.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { firstTimeMs, messageOf, resentMessage, sampleOf } from './testing/sample-message.ts';

function writerCore(gate = gateForTest(), heldUntilMs = Number.POSITIVE_INFINITY) {
  const log = createLogger('writer', 'fatal');
  const store = new MemoryStore();
  const counters = writerCounters();
  const monitor = new SinkMonitor(counters, Date.now());
  const stop = new AbortController();
  /** Sequences of acknowledged messages, with how much was stored, recorded and put away by then. */
  const acked: { seqs: number[]; stored: number; recorded: number; putAway: number }[] = [];
  const putAway: Unstorable[] = [];
  const postponed: number[] = [];
  const rejections = new Rejections();
  const handler = new BatchHandler<SampleMessage>({
    store: new PatientStore({ store, coverage: store, counters, monitor, log }),
    gate,
    withoutRoom: new PostponedSamples({ atMost: 4 }),
    postpone: (messages) => void postponed.push(...messages.map(({ seq }) => seq)),
    fence: new EpochFence(),
    heldUntil: async () => heldUntilMs,
    putAway: async (item) => void putAway.push(item),
    acknowledge: async (messages) => {
      if (messages.length === 0) return true;
      acked.push({
        seqs: messages.map(({ seq }) => seq),
        stored: store.stored.length,
        recorded: store.recorded.length,
        putAway: putAway.length,
      });
      return true;
    },
    account: new WrittenAccount(counters, new RefusedDevices(), rejections),
    monitor,
    clockToleranceMs: 60_000,
    log,
  });
  return {
    store,
    counters,
    monitor,
    acked,
    putAway,
    postponed,
    rejections,
    stop,
    handle: (...messages: SampleMessage[]) => handler.handle(messages, stop.signal),
    ticks: () => store.stored.map(({ tick }) => tick),
  };
}

/** Lets everything go as far as it gets by itself. */
async function turnsOfEventLoop(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a batch of samples', () => {
  it('is acknowledged once it is stored', async () => {
    const { handle, acked, counters } = writerCore();
    await handle(messageOf(1, sampleOf({ tick: 1 })), messageOf(2, sampleOf({ tick: 2 })));
    expect(acked).toEqual([{ seqs: [1, 2], stored: 2, recorded: 0, putAway: 0 }]);
    expect(counters).toMatchObject({ samplesWritten: 2, valuesWritten: 2 });
  });

  it('waits for a database that is unavailable, unacknowledged, and says so', async () => {
    const { handle, store, acked, counters, monitor } = writerCore();
    store.goAway();
    const handling = handle(messageOf(1, sampleOf({ tick: 1 })));
    await expect.poll(() => counters.failedWrites).toBeGreaterThanOrEqual(2);
    expect(acked).toEqual([]);
    expect(monitor.status(true, Date.now()).failing_since).not.toBeNull();
    store.comeBack();
    await handling;
    expect(acked).toEqual([{ seqs: [1], stored: 1, recorded: 0, putAway: 0 }]);
    expect(monitor.status(true, Date.now()).failing_since).toBeNull();
  });

  it('leaves alone a database that asked the one before it to do so', async () => {
    const { handle, store, stop } = writerCore();
    const answer = store.hangOnce('write');
    const first = handle(messageOf(1, sampleOf({ tick: 1 })));
    await expect.poll(() => store.attempts).toBe(2);
    store.goAway(60_000);
    answer();
    await turnsOfEventLoop();
    const second = handle(messageOf(2, sampleOf({ tick: 2 })));
    await turnsOfEventLoop();
    stop.abort();
    await expect(first).rejects.toBeInstanceOf(StoppedWhileTrying);
    await expect(second).rejects.toBeInstanceOf(StoppedWhileTrying);
    expect(store.attempts).toBe(2);
  });

  it('that was not stored before the end is not acknowledged', async () => {
    const { handle, store, acked, stop, counters } = writerCore();
    store.goAway();
    const handling = handle(messageOf(1, sampleOf({ tick: 1 })), messageOf(2, 'no sample'));
    await expect.poll(() => counters.failedWrites).toBeGreaterThanOrEqual(1);
    stop.abort();
    await expect(handling).rejects.toBeInstanceOf(StoppedWhileTrying);
    expect(acked).toEqual([]);
  });

  it('is sorted out behind the one before it, in the order of the stream', async () => {
    const { handle, store, ticks } = writerCore();
    const answer = store.hangOnce('look');
    const first = handle(messageOf(1, sampleOf({ tick: 1, epoch: 9 })));
    await expect.poll(() => store.attempts).toBe(1);
    // Only the first batch shows that its owner is a former one.
    const second = handle(messageOf(2, sampleOf({ tick: 2, epoch: 7 })));
    await turnsOfEventLoop();
    answer();
    await Promise.all([first, second]);
    expect(ticks()).toEqual([1]);
  });

  it('is sorted out while the one before it is with the database', async () => {
    const { handle, store, acked } = writerCore();
    const answer = store.hangOnce('write');
    const first = handle(messageOf(1, sampleOf({ tick: 1 })));
    await expect.poll(() => store.attempts).toBe(2);
    const second = handle(messageOf(2, sampleOf({ tick: 2 })));
    await expect.poll(() => acked.map(({ seqs }) => seqs)).toEqual([[2]]);
    answer();
    await Promise.all([first, second]);
    expect(acked.map(({ seqs }) => seqs)).toEqual([[2], [1]]);
  });
});

describe('a message that cannot be stored', () => {
  it('goes to quarantine and on record before it is acknowledged, after the good ones', async () => {
    const { handle, acked, putAway, store, counters } = writerCore();
    const broken = JSON.stringify({ ...sampleOf({ tick: 1 }), v: 99 });
    await handle(messageOf(1, broken), messageOf(2, sampleOf({ tick: 2 })), messageOf(3, '{'));
    expect(acked).toEqual([
      { seqs: [2], stored: 1, recorded: 0, putAway: 0 },
      { seqs: [1, 3], stored: 1, recorded: 1, putAway: 2 },
    ]);
    expect(putAway.map(({ message }) => message.seq)).toEqual([1, 3]);
    expect(store.recorded).toMatchObject([{ from: 1, to: 1, outcome: 'quarantined' }]);
    expect(counters).toMatchObject({ samplesWritten: 1, messagesQuarantined: 2 });
  });

  it('goes there for a tick beyond all times too, and says nothing of the ticks before that one', async () => {
    const { handle, putAway, store } = writerCore();
    const miss = { cause: 'timeout', detail: '' };
    const { values: _, ...endless } = { ...sampleOf({ tick: 1 }), through_tick: 9e15, miss };
    const first = { ...sampleOf({ tick: 2 }), since_tick: 9e15 };
    await handle(messageOf(1, JSON.stringify(endless)), messageOf(2, JSON.stringify(first)));
    expect(putAway.map(({ message }) => message.seq)).toEqual([1, 2]);
    expect(store.recorded).toMatchObject([{ from: 2, to: 2, outcome: 'quarantined' }]);
  });

  it('in part leaves the rest of its tick stored, and its tick on record as stored', async () => {
    const { handle, store, putAway, acked, counters } = writerCore();
    store.numbersOnly.add('mode');
    await handle(messageOf(1, sampleOf({ tick: 1, values: { temperature: 20.5, mode: 'auto' } })));
    expect(putAway).toMatchObject([
      { codes: ['mode'], reason: 'the database refused part of it: the column is a number' },
    ]);
    expect(acked).toEqual([{ seqs: [1], stored: 1, recorded: 0, putAway: 1 }]);
    expect(counters).toMatchObject({ samplesWritten: 1, valuesWritten: 1, valuesQuarantined: 1 });
  });
});

describe('a sample of a former owner', () => {
  it('is on record as fenced, stored nowhere and acknowledged', async () => {
    const { handle, store, ticks, acked, counters } = writerCore();
    const full = { cause: 'buffer_full', detail: '' } as const;
    await handle(
      messageOf(1, sampleOf({ tick: 5, epoch: 9 })),
      messageOf(2, sampleOf({ tick: 6, epoch: 7 })),
      messageOf(3, sampleOf({ tick: 7, epoch: 7, values: undefined, miss: full })),
    );
    expect(ticks()).toEqual([5]);
    expect(store.recorded.map(({ from, outcome }) => [from, outcome])).toEqual([
      [6, 'fenced'],
      [7, 'buffer_full'],
    ]);
    expect(acked.map(({ seqs }) => seqs)).toEqual([[1], [2, 3]]);
    expect(counters.samplesFenced).toBe(2);
  });

  it('says nothing of ticks that have not come', async () => {
    const { handle, store, acked } = writerCore();
    const now = firstTimeMs / 1_000;
    const full = { cause: 'buffer_full', detail: '' } as const;
    const lie = (seq: number, tick: number) => {
      const sample = sampleOf({ tick, epoch: 7, values: undefined, miss: full, through_tick: 2e11 });
      return { ...messageOf(seq, sample), time: new Date(firstTimeMs) };
    };
    await handle(messageOf(1, sampleOf({ tick: 5, epoch: 9 })), lie(2, now - 1), lie(3, now + 1));
    expect(store.recorded.map(({ from, to }) => [from, to])).toEqual([[now - 1, now]]);
    expect(acked.map(({ seqs }) => seqs)).toEqual([[1], [2, 3]]);
  });

  it('says nothing of ticks that came when the session was another’s', async () => {
    const { handle, store, acked } = writerCore(gateForTest(), firstTimeMs + 20_000);
    const first = firstTimeMs / 1_000;
    const full = { cause: 'buffer_full', detail: '' } as const;
    const late = (seq: number, tick: number, changes: Partial<Sample> = {}) => ({
      ...messageOf(seq, sampleOf({ tick, epoch: 7, ...changes })),
      time: new Date(firstTimeMs + 60_000),
    });
    await handle(
      messageOf(1, sampleOf({ tick: 5, epoch: 9 })),
      late(2, first + 20),
      late(3, first + 21),
      late(4, first + 19, { through_tick: first + 40, values: undefined, miss: full }),
    );
    expect(store.recorded.map(({ from, to, outcome }) => [from - first, to - first, outcome])).toEqual([
      [20, 20, 'fenced'],
      [19, 20, 'buffer_full'],
    ]);
    expect(acked.map(({ seqs }) => seqs)).toEqual([[1], [2, 3, 4]]);
  });

  it('goes to quarantine again when it was sent from there', async () => {
    const { handle, putAway, store } = writerCore();
    await handle(
      messageOf(1, sampleOf({ tick: 5, epoch: 9 })),
      resentMessage(4, sampleOf({ tick: 6, epoch: 7 }), { [firstSequenceHeader]: '3' }),
    );
    expect(putAway).toMatchObject([
      { reason: 'it was first published after the session had gone on under epoch 9' },
    ]);
    expect(store.recorded).toMatchObject([{ from: 6, outcome: 'quarantined' }]);
  });

  it('is marked as overtaken where another writer stored the first one of its successor', async () => {
    const { handle, store } = writerCore();
    store.starts.push({ session: 'session-1', epoch: 9, sequence: 100 });
    await handle(messageOf(1, sampleOf({ tick: 6, epoch: 7 })));
    expect(store.stored).toMatchObject([{ tick: 6, overtaken: true }]);
  });
});

describe('a sample of a collector whose clock is off', () => {
  it('is stored as uncertain', async () => {
    const { handle, store, counters } = writerCore();
    const sample = sampleOf({ tick: 1 });
    await handle(messageOf(1, sample, { [sentAtHeader]: String(sample.read_at + 3_600_000) }));
    expect(store.stored).toMatchObject([{ tick: 1, quality: 'uncertain' }]);
    expect(counters.samplesUncertain).toBe(1);
  });
});

describe('a sample of a time to come', () => {
  it('goes to quarantine with its tick, and never reaches the store', async () => {
    const { handle, store, putAway, acked } = writerCore();
    const time = Date.now() + 30 * 86_400_000;
    const tick = Math.floor(time / 1_000);
    await handle(
      messageOf(1, { ...sampleOf({ tick, time }), read_at: Date.now() }),
      messageOf(2, sampleOf({ tick: 2 })),
    );
    expect(store.stored).toMatchObject([{ tick: 2 }]);
    expect(putAway).toMatchObject([
      { message: { seq: 1 }, reason: expect.stringContaining('has not come yet') },
    ]);
    expect(store.recorded).toMatchObject([{ from: tick, to: tick, outcome: 'quarantined' }]);
    expect(acked.flatMap(({ seqs }) => seqs)).toEqual([2, 1]);
  });
});

describe('a sample for which the store still makes room', () => {
  it('comes again in a moment, unless too many wait', async () => {
    const { handle, store, postponed, putAway, acked } = writerCore();
    store.hasRoom = false;
    await handle(...[1, 2, 3].map((tick) => messageOf(tick, sampleOf({ tick }))));
    expect([postponed, acked.flatMap(({ seqs }) => seqs)]).toEqual([[1, 2], [3]]);
    expect(putAway).toMatchObject([{ message: { seq: 3 } }]);
    store.hasRoom = true;
    await handle(...[1, 2].map((tick) => messageOf(tick, sampleOf({ tick }))));
    expect(store.stored).toMatchObject([{ tick: 1 }, { tick: 2 }]);
  });
});

describe('a sample that is not its holder’s', () => {
  const evil = (seq: number, changes: Partial<Sample> & Pick<Sample, 'tick'>) => ({
    ...messageOf(seq, sampleOf({ collector: 'evil', ...changes })),
    subject: 'samples.evil.task-1.device-1',
  });

  it('fences no holder, marks no tick of the session, is counted and kept for people', async () => {
    const { handle, ticks, store, putAway, acked, counters, rejections } = writerCore();
    await handle(
      evil(1, { tick: 0, epoch: 9_000_000 }),
      {
        ...messageOf(2, JSON.stringify({ ...sampleOf({ tick: 1 }), v: 99 })),
        subject: 'samples.evil.task-1.device-1',
      },
      messageOf(3, sampleOf({ tick: 2 })),
    );
    await handle(messageOf(4, sampleOf({ tick: 3 })));
    expect(ticks()).toEqual([2, 3]);
    expect(store.recorded).toEqual([]);
    expect(putAway.map(({ message }) => message.seq)).toEqual([1, 2]);
    expect(acked.flatMap(({ seqs }) => seqs).sort()).toEqual([1, 2, 3, 4]);
    expect(counters).toMatchObject({ samplesWritten: 2, samplesRejected: 2, samplesFenced: 0 });
    expect(rejections.told(Date.now()).rejected).toMatchObject([
      { session: 'session-1', source: 'evil', samples: 2 },
    ]);
  });

  it('is kept sixty times a minute, and counted beyond', async () => {
    const { handle, putAway, acked, counters } = writerCore();
    await handle(...Array.from({ length: 500 }, (_, index) => evil(index + 1, { tick: index })));
    expect(putAway).toHaveLength(60);
    expect(acked.flatMap(({ seqs }) => seqs)).toHaveLength(500);
    expect(counters).toMatchObject({ samplesRejected: 500, messagesQuarantined: 60 });
  });

  it('is turned away and not waited for with another one’s epoch, however it reached the database before', async () => {
    const { handle, ticks, store } = writerCore(
      gateForTest(async (epoch) => (epoch === 7 ? placedSo() : { kind: 'other' })),
    );
    store.starts.push({ session: 'session-1', epoch: 9_000_000, sequence: 1 });
    await handle(messageOf(10, sampleOf({ tick: 5 })));
    expect(ticks()).toEqual([5]);
    expect(store.stored).toMatchObject([{ overtaken: false }]);
    expect(store.starts).toEqual([]);
  });
});

describe('a sample that comes before its event', () => {
  const lagging = (end: { at: number }) =>
    gateForTest(async (epoch) => (epoch <= end.at ? placedSo() : { kind: 'ahead' }), {
      atMost: 4,
      nowMs: () => end.at * 1_000,
    });

  it('waits for the log without holding up anybody, and is stored once that has come', async () => {
    const end = { at: 7 };
    const { handle, ticks, postponed, acked, putAway } = writerCore(lagging(end));
    const early = messageOf(1, sampleOf({ tick: 1, epoch: 9 }));
    await handle(early, messageOf(2, sampleOf({ tick: 2, epoch: 7 })));
    expect([ticks(), postponed, acked.flatMap(({ seqs }) => seqs)]).toEqual([[2], [1], [2]]);
    end.at = 9;
    await handle(early);
    expect([ticks(), putAway]).toEqual([[2, 1], []]);
  });

  it('waits fifteen seconds at most, few of them at a time', async () => {
    const end = { at: 7 };
    const { handle, postponed, putAway } = writerCore(lagging(end));
    const forged = (seq: number) => messageOf(seq, sampleOf({ tick: seq, epoch: 1_000 }));
    await handle(forged(1), forged(2), forged(3));
    expect([postponed, putAway.map(({ message }) => message.seq)]).toEqual([[1, 2], [3]]);
    end.at = 21;
    await handle(forged(1), forged(2));
    expect(postponed).toEqual([1, 2, 1, 2]);
    end.at = 22;
    await handle(forged(1), forged(2));
    expect(putAway.map(({ message }) => message.seq)).toEqual([3, 1, 2]);
    expect(putAway[1]?.reason).toBe('SESSIONS has not come to epoch 1000');
  });
});

describe('samples whose log cannot be read', () => {
  it('wait unacknowledged until it can', async () => {
    let isAway = true;
    const { handle, acked, ticks } = writerCore(
      gateForTest(async () => {
        if (isAway) throw new Error('no answer');
        return placedSo();
      }),
    );
    const handling = handle(messageOf(1, sampleOf({ tick: 1 })), evilMessage());
    await turnsOfEventLoop();
    expect([acked, ticks()]).toEqual([[], []]);
    isAway = false;
    await handling;
    expect(ticks()).toEqual([1]);
  });
});

function evilMessage(): SampleMessage {
  return {
    ...messageOf(2, sampleOf({ tick: 2, collector: 'evil' })),
    subject: 'samples.evil.task-1.device-1',
  };
}
