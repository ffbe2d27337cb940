import { describe, expect, it } from 'vitest';
import type { SessionCommand } from './commands.ts';
import { decide, type SessionDecision } from './decide.ts';
import type { SessionEvent } from './events.ts';
import { foldSession } from './evolve.ts';

const startedAt = '2025-03-01T06:00:00.000Z';
const run = { sessionId: '7-1', taskId: '7', taskCode: 'press-hall', configVersion: 3, startedAt };
const started: SessionEvent = { type: 'session.started', ...run, by: 'li', metadata: {} };
const nothing: SessionDecision = { ok: true, event: undefined };
const to4 = {
  ...{ type: 'ReconfigureSession', sessionId: '7-1', by: 'wang', reason: 'new scale', fromVersion: 3 },
  ...{ configVersion: 4, change: { added: 0, removed: 0, changed: 1, codes: ['press'] }, now: startedAt },
};

/** The first event has the sequence 10. */
function decided(history: readonly SessionEvent[], command: object): SessionDecision {
  const log = history.map((event, index) => ({ event, sequence: 10 + index, time: startedAt }));
  return decide(foldSession(log), command as SessionCommand);
}

function eventOf(decision: SessionDecision): SessionEvent {
  if (!decision.ok || !decision.event) throw new Error('nothing has happened');
  return decision.event;
}

describe('a change of configuration', () => {
  const at = (seconds: number) => new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();
  const after = (command: object, ...more: SessionEvent[]) =>
    decided([started, eventOf(decided([started], to4)), ...more], command);
  const to5 = { ...to4, fromVersion: 4, configVersion: 5 };
  const undo = {
    ...{ type: 'UndoReconfiguration', sessionId: '7-1', by: 'supervisor', reason: 'no driver' },
    configVersion: 4,
  };

  it('begins at a whole second, two seconds from now at least', () => {
    const now = '2025-03-01T06:00:00.001Z';
    expect(decided([started], { ...to4, now })).toMatchObject({
      ok: true,
      event: { effectiveAt: '2025-03-01T06:00:03.000Z' },
    });
  });

  it('to what the session has already has nothing to do', () => {
    expect(decided([started], { ...to4, configVersion: 3 })).toEqual(nothing);
  });

  it('is refused while the one before is not in force, and says until when', () => {
    const refusal = { code: 'reconfiguration_pending', sessionId: '7-1', effectiveAt: at(2) };
    expect(after({ ...to5, now: at(1.999) })).toEqual({ ok: false, refusal });
    expect(after({ ...to5, now: at(2) })).toMatchObject({
      ok: true,
      event: { configVersion: 5, from: { configVersion: 4 }, runningSince: 10 },
    });
  });

  it('is refused when it was worked out from what the session has not any more', () => {
    const refusal = { code: 'configuration_moved_on', sessionId: '7-1', configVersion: 4 };
    expect(after({ ...to5, fromVersion: 3, now: at(10) })).toEqual({ ok: false, refusal });
  });

  it('that its holder cannot run is undone: at once while it is not in force', () => {
    expect(after({ ...undo, now: at(1) })).toMatchObject({
      ok: true,
      event: {
        ...{ type: 'session.reconfigured', configVersion: 3, from: { configVersion: 3 }, effectiveAt: at(1) },
        ...{ cause: 'rolled_back', runningSince: 10 },
      },
    });
  });

  it('that never was in force leaves nothing behind it that could be undone', () => {
    const undone = eventOf(after({ ...undo, now: at(1) }));
    expect(after({ ...undo, configVersion: 3, now: at(1) }, undone)).toEqual(nothing);
  });

  it('that is in force already is undone as it was done: at a second to come', () => {
    expect(after({ ...undo, now: at(30) })).toMatchObject({
      ok: true,
      event: { configVersion: 3, from: { configVersion: 4 }, effectiveAt: at(32), cause: 'rolled_back' },
    });
  });

  it('is not undone a minute later, nor when something has happened since, nor twice', () => {
    expect(after({ ...undo, now: at(62) })).toEqual(nothing);
    const carriedOn = { ...run, configVersion: 4, by: 'li' };
    const since: SessionEvent[] = [
      { type: 'session.paused', ...carriedOn, reason: '' },
      { type: 'session.resumed', ...carriedOn, reason: 'resume' },
    ];
    expect(after({ ...undo, now: at(30) }, ...since)).toEqual(nothing);
    const undone = eventOf(after({ ...undo, now: at(1) }));
    expect(after({ ...undo, now: at(1) }, undone)).toEqual(nothing);
  });
});
