import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { EpochBook } from '@holdfast/shared/sessions/epoch-book.ts';
import { describe, expect, it } from 'vitest';
import { messageOf, sampleOf } from '../batch/testing/sample-message.ts';
import type { Snapshots } from '../ports.ts';
import { Admission } from './admission.ts';
import { SessionVersions } from './session-versions.ts';
import { gateForTest, placedSo, snapshots } from './testing/gate-for-test.ts';

const time = '2025-03-01T06:00:00.000Z';
const own = 'samples.collector-1.task-1.device-1';

/** The lifecycle of task 1: each entry is a session and the version that it has from then on. */
function logOf(...entries: readonly (readonly [sessionId: string, configVersion: number])[]) {
  const events = entries.map(([sessionId, configVersion], index): StoredEvent => {
    const identity = { sessionId, taskId: 'task-1', taskCode: 'presses', configVersion, startedAt: time };
    const event: SessionEvent = { type: 'session.resumed', ...identity, by: 'li', reason: 'resume' };
    const message = encodeSessionEvent(event, { id: `e${index}`, time, source: '/test' });
    return { subject: subjects.lifecycle('task-1'), sequence: (index + 1) * 10, message };
  });
  let reads = 0;
  let nowMs = 0;
  const versions = new SessionVersions(
    async (taskId, after) => {
      reads += 1;
      return taskId === 'task-1' ? events.find(({ sequence }) => sequence > after) : undefined;
    },
    () => nowMs,
  );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { versions, events, reads: () => reads, pass, nowMs: () => nowMs };
}

describe('the versions that a session has had', () => {
  it('are those of its own events, and are read once', async () => {
    const { versions, reads } = logOf(['session-1', 1], ['session-1', 3], ['session-2', 7]);
    expect(await versions.had('task-1', 'session-1', 3)).toBe(true);
    expect(await versions.had('task-1', 'session-1', 1)).toBe(true);
    expect(reads()).toBe(4);
    expect(await versions.had('task-1', 'session-1', 7)).toBe(false);
    expect(await versions.had('task-2', 'session-1', 3)).toBe(false);
  });

  it('are read on when one is asked for that was not there before', async () => {
    const { versions, events, pass, reads } = logOf(['session-1', 1], ['session-1', 3], ['session-1', 4]);
    const [later, last] = events.splice(1) as [StoredEvent, StoredEvent];
    expect(await versions.had('task-1', 'session-1', 3)).toBe(false);
    events.push(later);
    pass(1_000);
    expect(await versions.had('task-1', 'session-1', 3)).toBe(true);
    events.push(last);
    pass(10_000);
    expect(await versions.had('task-1', 'session-1', 4)).toBe(true);
    expect(reads()).toBe(6);
  });

  it('are not asked for at once again where the log does not tell of one', async () => {
    const { versions, pass, reads } = logOf(['session-1', 1]);
    expect(await versions.had('task-1', 'session-1', 3)).toBe(false);
    pass(999);
    expect(await versions.had('task-1', 'session-1', 3)).toBe(false);
    expect(reads()).toBe(2);
  });

  it('are found also where who answered had lacked one in the middle for a while', async () => {
    const { versions, events, pass } = logOf(['session-1', 1], ['session-1', 3], ['session-2', 3]);
    const [lacking] = events.splice(1, 1) as [StoredEvent];
    expect(await versions.had('task-1', 'session-1', 3)).toBe(false);
    events.splice(1, 0, lacking);
    pass(5_000);
    expect(await versions.had('task-1', 'session-1', 3)).toBe(true);
  });

  it('are read once more for whoever asks while the last answer to another one is on its way', async () => {
    const { events } = logOf(['session-1', 1], ['session-1', 3]);
    const later = events.pop() as StoredEvent;
    const answers: (() => void)[] = [];
    const versions = new SessionVersions(async (_, after) => {
      const event = events.find(({ sequence }) => sequence > after);
      if (!event && answers.length === 0) await new Promise<void>((resolve) => answers.push(resolve));
      return event;
    });
    const first = versions.had('task-1', 'session-1', 7);
    await expect.poll(() => answers).toHaveLength(1);
    events.push(later);
    const second = versions.had('task-1', 'session-1', 3);
    answers[0]?.();
    expect(await Promise.all([first, second])).toEqual([false, true]);
  });
});

/** In version 3, press 1 has one more point. */
const grown: Snapshots = {
  load: async (taskId, version) => {
    const loaded = await snapshots.load(taskId, version);
    if (!loaded.ok || version !== 3) return loaded;
    const devices = loaded.config.devices.map((device) => ({
      ...device,
      points: [
        ...device.points,
        { ...(device.points[0] as (typeof device.points)[number]), code: 'pressure' },
      ],
    }));
    return { ok: true, config: { ...loaded.config, devices } };
  },
};

async function verdictOn(change: { config_version?: number; values?: Record<string, number> }) {
  const { versions } = logOf(['session-1', 1], ['session-1', 3]);
  const epochs = new EpochBook({ lookUp: async () => placedSo() });
  const admission = new Admission({ epochs, snapshots: grown, versions });
  const sample = { ...sampleOf({ tick: 1 }), ...change };
  await admission.lookUp(sample);
  return admission.judge({ ...messageOf(100, sample, {}), subject: own }, sample);
}

describe('a sample of a session whose configuration was changed', () => {
  it('is held against the version that it names', async () => {
    const values = { pressure: 2 };
    expect(await verdictOn({ config_version: 3, values })).toEqual({
      kind: 'admitted',
      isVerified: true,
      sinceMs: 0,
    });
    expect(await verdictOn({ values })).toMatchObject({
      kind: 'rejected',
      reason: 'press-1 has no point pressure',
    });
    expect(await verdictOn({})).toEqual({ kind: 'admitted', isVerified: true, sinceMs: 0 });
  });

  it('waits while the log does not tell that the session had it, and is admitted when it does', async () => {
    const { gate, claimed, events, pass } = gateOver(['session-1', 1], ['session-1', 3]);
    const later = events.pop() as StoredEvent;
    const { signal } = new AbortController();
    expect(await gate.judge(claimed(3), signal)).toEqual([{ kind: 'early' }]);
    events.push(later);
    pass(1_000);
    expect(await gate.judge(claimed(3), signal)).toEqual([
      { kind: 'admitted', isVerified: true, sinceMs: 0 },
    ]);
  });

  it('of a version that the session never had is not admitted', async () => {
    const { gate, claimed, pass } = gateOver(['session-1', 1], ['session-1', 3]);
    const { signal } = new AbortController();
    expect(await gate.judge(claimed(4), signal)).toEqual([{ kind: 'early' }]);
    pass(15_000);
    expect(await gate.judge(claimed(4), signal)).toEqual([
      {
        ...{ kind: 'rejected', isLost: true },
        reason: 'SESSIONS never gave session session-1 version 4 of its configuration',
      },
    ]);
  });
});

function gateOver(...entries: readonly (readonly [sessionId: string, configVersion: number])[]) {
  const { versions, events, pass, nowMs } = logOf(...entries);
  const gate = gateForTest(async () => placedSo(), { nowMs, versions });
  const claimed = (config_version: number) => {
    const claim = { ...sampleOf({ tick: 1 }), config_version };
    return [{ message: { ...messageOf(100, claim, {}), subject: own }, claim }];
  };
  return { gate, claimed, events, pass };
}
