import type { SessionView, Storing } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { describe, expect, it } from 'vitest';
import { compareSession } from './compare-session.ts';

const nowMs = Date.parse('2026-07-03T12:00:00Z');
const ago = (seconds: number) => nowMs - seconds * 1_000;
const placed = (seconds: number) => ({
  state: 'placed',
  collector_id: 'c1',
  epoch: 7,
  since: new Date(ago(seconds)).toISOString(),
  detail: '',
});
const waiting = (seconds: number) => ({
  ...placed(seconds),
  state: 'waiting',
  collector_id: null,
  epoch: null,
});
const word = (state: string) => ({
  session: '1-1',
  collector: 'c1',
  epoch: 7,
  state,
  detail: '',
  updated_at: new Date(nowMs).toISOString(),
});

interface Situation {
  readonly startedAgo?: number;
  readonly periodSeconds?: number;
  readonly placement: ReturnType<typeof placed> | ReturnType<typeof waiting>;
  readonly says?: 'polling' | 'refused';
  readonly sample?: { readonly ago: number; readonly epoch: number };
  readonly sinceAgo?: number;
  readonly storing?: Storing['state'];
}

function compared({
  startedAgo,
  periodSeconds = 1,
  placement,
  says,
  sample,
  sinceAgo,
  storing = 'stored',
}: Situation) {
  return compareSession({
    session: { id: '1-1', status: 'running', placement } as SessionView,
    startedMs: startedAgo === undefined ? undefined : ago(startedAgo),
    periodMs: periodSeconds * 1_000,
    status: says && (word(says) as SessionLiveStatus),
    lastSample: sample && {
      sessionId: '1-1',
      collectorId: 'c1',
      deviceId: '1',
      timeMs: 1,
      epoch: sample.epoch,
      storedAtMs: ago(sample.ago),
    },
    storing: { state: storing, detail: `it is ${storing}`, last_stored: null, refused: [] },
    sinceMs: sinceAgo === undefined ? undefined : ago(sinceAgo),
    nowMs,
  });
}

describe('a session without a fresh sample', () => {
  it.each<[string, Situation]>([
    ['was started within a period and 2 s', { startedAgo: 2.9, placement: waiting(2.9) }],
    [
      'was resumed so lately, long after its last sample',
      { startedAgo: 2, placement: waiting(2), sample: { ago: 900, epoch: 3 } },
    ],
    [
      'waits for the first tick of its hour',
      { startedAgo: 3_500, periodSeconds: 3_600, placement: placed(3_499), says: 'polling' },
    ],
  ])('is starting while it %s', (_, situation) => {
    expect(compared(situation)).toMatchObject({ is_actual: false, is_starting: true, disagreements: [] });
  });

  it.each<[string, Situation]>([
    ['was started longer ago', { startedAgo: 3.1, placement: waiting(3.1) }],
    [
      'runs for long and went to another collector just now',
      { startedAgo: 900, placement: placed(1), says: 'polling' },
    ],
    [
      'is taken up by no collector, however long its period',
      { startedAgo: 16, periodSeconds: 3_600, placement: placed(16) },
    ],
    ['is refused', { startedAgo: 1, placement: placed(1), says: 'refused' }],
    ['was started by a clock that is an hour ahead', { startedAgo: -3_600, placement: waiting(-3_600) }],
    ['was started at an unknown time', { placement: waiting(1) }],
  ])('is missing when it %s', (_, situation) => {
    const { is_actual, is_starting, disagreements } = compared(situation);
    expect({ is_actual, is_starting }).toEqual({ is_actual: false, is_starting: false });
    expect(disagreements).not.toEqual([]);
  });
});

describe('a session with a fresh sample of its former placement', () => {
  const sample = { ago: 1, epoch: 3 };
  it.each<[string, Situation, boolean]>([
    ['agrees right after it was placed again', { placement: placed(2.9), sample }, true],
    ['agrees while it waits to be placed after a pause', { placement: waiting(2.9), sample }, true],
    ['does not agree for ever', { placement: placed(3.1), says: 'polling', sample }, false],
    ['does not agree when the new one refuses it', { placement: placed(1), says: 'refused', sample }, false],
  ])('%s', (_, situation, agrees) => {
    const { is_actual, is_starting, disagreements } = compared(situation);
    expect({ is_actual, is_starting, agrees: disagreements.length === 0 }).toEqual({
      is_actual: true,
      is_starting: false,
      agrees,
    });
  });
});

describe('a session of which samples count since a restart', () => {
  const sample = { ago: 5, epoch: 7 };
  const runs = { placement: placed(900), says: 'polling', sample } as const;
  it.each<[string, Situation, boolean]>([
    ['is read when one has come since', { ...runs, sinceAgo: 5 }, true],
    ['is not when its last one is from before, fresh as it is', { ...runs, sinceAgo: 4 }, false],
    [
      'is when it is read so rarely that its holder has to be believed',
      { ...runs, sinceAgo: 4, periodSeconds: 3_600 },
      true,
    ],
    [
      'is not when that holder says nothing',
      { placement: placed(900), sample, sinceAgo: 4, periodSeconds: 3_600 },
      false,
    ],
  ])('%s', (_, situation, isActual) => {
    const { is_actual, disagreements } = compared(situation);
    expect({ is_actual, agrees: disagreements.length === 0 }).toEqual({
      is_actual: isActual,
      agrees: isActual,
    });
  });
});

describe('a session with a fresh sample', () => {
  const sending = {
    startedAgo: 600,
    placement: placed(600),
    says: 'polling',
    sample: { ago: 1, epoch: 7 },
  } as const;

  it.each<[NonNullable<Situation['storing']>, boolean, string[]]>([
    ['stored', true, []],
    ['unknown', false, ['it is unknown']],
    ['refused_in_part', true, ['it is refused_in_part']],
    ['not_stored', false, ['it is not_stored']],
  ])('whose samples are %s: is actual %s', (storing, isActual, disagreements) => {
    expect(compared({ ...sending, storing })).toMatchObject({
      is_actual: isActual,
      is_unknown: storing === 'unknown',
      disagreements,
    });
  });

  it('is starting, and not unknown, while it was placed so lately that nothing can be stored yet', () => {
    expect(compared({ ...sending, placement: placed(2), storing: 'unknown' })).toMatchObject({
      ...{ is_actual: false, is_starting: true, is_unknown: false, disagreements: [] },
    });
  });

  it('is unknown 15 s later, however long its period is', () => {
    const rare = { ...sending, periodSeconds: 3_600, storing: 'unknown' } as const;
    expect(compared({ ...rare, placement: placed(15) })).toMatchObject({
      is_starting: true,
      disagreements: [],
    });
    expect(compared({ ...rare, placement: placed(16) })).toMatchObject({
      ...{ is_starting: false, is_unknown: true, disagreements: ['it is unknown'] },
    });
  });

  it('is missing, and not unknown, once nothing arrives', () => {
    const silent = { ...sending, sample: { ago: 60, epoch: 7 } };
    expect(compared({ ...silent, storing: 'unknown' })).toMatchObject({
      is_actual: false,
      is_unknown: false,
    });
  });
});
