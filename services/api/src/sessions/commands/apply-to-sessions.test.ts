import { appliedAtMost } from '@holdfast/shared/contracts/http/applied-sessions.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Problem } from '../../problems/problem.ts';
import {
  type AppliedWrite,
  type ApplySources,
  applyToSessions,
  type ReadingSession,
} from './apply-to-sessions.ts';

type Reconfigure = ApplySources['commands']['reconfigure'];

const write: AppliedWrite = {
  isTry: false,
  ...{ tasks: [1], granted: ['hall-1'], reason: '', by: 'anna', traceparent: '' },
  actor: { kind: 'user', id: 'u1', name: 'anna' },
};

/** Sessions of one task each, all on version 1 while version 2 is configured. */
function reading(count: number) {
  const versions = new Map(Array.from({ length: count }, (_, index) => [`${index + 1}-1`, 1]));
  const sessions = (): ReadingSession[] =>
    [...versions].map(([session_id, config_version]) => ({
      ...{ session_id, config_version, task_id: Number.parseInt(session_id, 10), status: 'running' },
      site_codes: ['hall-1'],
    }));
  const reconfigure: Reconfigure = async ({ sessionId }) => {
    const from = versions.get(sessionId) ?? 0;
    versions.set(sessionId, 2);
    return { ...done, session_id: sessionId, from, is_changed: from !== 2 };
  };
  const sources: ApplySources = {
    sessionsOf: async () => sessions(),
    newerConfigured: async (rows) =>
      new Map(rows.map(({ session_id, config_version }) => [session_id, config_version !== 2])),
    caughtUp: async () => true,
    commands: { reconfigure },
  };
  return { sources, versions };
}

const done = {
  ...{ session_id: '', status: 'running', from: 1, to: 2, is_changed: true, effective_at: null },
  ...{ devices: { added: 0, removed: 0, changed: 1 }, results: [], tagged: {}, detail: quoted('') },
} as const satisfies Awaited<ReturnType<Reconfigure>>;

const shortOutcomes = (applied: Awaited<ReturnType<typeof applyToSessions>>) =>
  applied.map(({ sessionId, outcome }) => {
    if (outcome.ok) return [sessionId, outcome.done.is_changed];
    const { error } = outcome;
    return [sessionId, error instanceof Problem ? [error.code, error.members.sessions] : error];
  });

describe('a write that more sessions read than it reconfigures', () => {
  it(`counts those beyond ${appliedAtMost}, and a repeat gets to them first`, async () => {
    const { sources, versions } = reading(appliedAtMost + 2);
    const first = shortOutcomes(await applyToSessions(sources, write));
    expect(first.filter(([, isChanged]) => isChanged === true)).toHaveLength(appliedAtMost);
    expect(first.slice(appliedAtMost)).toEqual([[null, ['sessions_left', 2]]]);
    const again = shortOutcomes(await applyToSessions(sources, write));
    expect(again.filter(([, isChanged]) => isChanged === true)).toEqual([
      ['51-1', true],
      ['52-1', true],
    ]);
    // Sessions that are as configured no longer count.
    expect(again).toHaveLength(appliedAtMost);
    expect(new Set(versions.values())).toEqual(new Set([2]));
  });
});

describe('a write whose sessions take long to be looked for', () => {
  it('is taken by the first of them all the same, and by the next ones with each repeat', async () => {
    const clock = vi.spyOn(performance, 'now');
    onTestFinished(() => clock.mockRestore());
    const { sources, versions } = reading(7);
    const slow: ApplySources = {
      ...sources,
      newerConfigured: (rows) => {
        clock.mockReturnValue(performance.now() + 15_000);
        return sources.newerConfigured(rows);
      },
    };
    expect(shortOutcomes(await applyToSessions(slow, write)).at(-1)).toEqual([null, ['sessions_left', 2]]);
    expect([...versions.values()]).toEqual([2, 2, 2, 2, 2, 1, 1]);
    await applyToSessions(slow, write);
    expect(new Set(versions.values())).toEqual(new Set([2]));
  });
});

describe('a dry run', () => {
  it('asks so many sessions what they would do by it, changes none, and counts those beyond', async () => {
    const { sources, versions } = reading(appliedAtMost + 2);
    const wouldBe = () => {
      throw new Error('not read here');
    };
    const requests: unknown[] = [];
    const reconfigure: Reconfigure = async ({ sessionId, isTry, wouldBe: by }) => {
      requests.push([isTry, by]);
      return { ...done, session_id: sessionId };
    };
    const applied = await applyToSessions(
      { ...sources, commands: { reconfigure } },
      { ...write, isTry: true, wouldBe },
    );
    expect(requests).toEqual(Array.from({ length: appliedAtMost }, () => [true, wouldBe]));
    expect(shortOutcomes(applied).slice(appliedAtMost)).toEqual([[null, ['sessions_left', 2]]]);
    expect(new Set(versions.values())).toEqual(new Set([1]));
  });
});

describe('a session whose change before is not in force yet', () => {
  it('takes the next one once it is, past the moment itself', async () => {
    const { sources } = reading(1);
    const effectiveAtMs = Date.now() + 2_000;
    let isPending = true;
    const waited: number[] = [];
    const applied = await applyToSessions(
      {
        ...sources,
        commands: {
          reconfigure: async (request) => {
            if (!isPending) return sources.commands.reconfigure(request);
            const effective_at = new Date(effectiveAtMs).toISOString();
            throw new Problem('reconfiguration_pending', quoted('Not yet.'), { effective_at });
          },
        },
        timers: {
          after: (ms, run) => {
            // This is the time limit for all of them, not a wait.
            if (ms > 10_000) return () => undefined;
            waited.push(Date.now() + ms - effectiveAtMs);
            isPending = false;
            queueMicrotask(run);
            return () => undefined;
          },
        },
      },
      write,
    );
    expect(shortOutcomes(applied)).toEqual([['1-1', true]]);
    expect(waited).toEqual([expect.any(Number)]);
    expect(waited[0]).toBeGreaterThan(10);
  });
});

describe('a session that does not answer in time', () => {
  it('is not known yet, and holds up no answer about the others', async () => {
    const { sources } = reading(3);
    let over: () => void = () => undefined;
    const applied = await applyToSessions(
      {
        ...sources,
        commands: {
          reconfigure: async (request) => {
            if (request.sessionId !== '2-1') return sources.commands.reconfigure(request);
            queueMicrotask(over);
            return new Promise(() => undefined);
          },
        },
        timers: {
          after: (_ms, run) => {
            over = () => setImmediate(run);
            return () => undefined;
          },
        },
      },
      write,
    );
    expect(shortOutcomes(applied)).toEqual([
      ['1-1', true],
      ['2-1', ['outcome_unknown', undefined]],
      ['3-1', true],
    ]);
  });
});

describe('sessions that the read model may lack', () => {
  it('are reported next to those that it has', async () => {
    const { sources } = reading(1);
    const applied = await applyToSessions({ ...sources, caughtUp: async () => false }, write);
    expect(shortOutcomes(applied)).toEqual([
      ['1-1', true],
      [null, ['read_model_behind', undefined]],
    ]);
    expect(
      await applyToSessions({ ...sources, caughtUp: async () => false }, { ...write, tasks: [] }),
    ).toEqual([]);
  });
});
