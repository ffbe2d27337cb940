import { randomUUID } from 'node:crypto';
import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import { appliedAtMost } from '@holdfast/shared/contracts/http/applied-sessions.ts';
import { pause, systemTimers, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { type GrantedSites, requireRoleAt } from '../../access/granted-sites.ts';
import type { ConfiguredSession, FindNewerConfigured } from '../../configuration/newer-configured.ts';
import { Problem } from '../../problems/problem.ts';
import { sessionsText } from '../texts.ts';
import type { SessionCommands } from './session-commands.ts';
import type { ReconfigureRequest } from './session-reconfiguration.ts';

type Reconfigured = Awaited<ReturnType<SessionCommands['reconfigure']>>;

/** The outcome for one session, or (null) for those that may not be named. */
export interface Applied {
  readonly sessionId: string | null;
  readonly outcome:
    | { readonly ok: true; readonly done: Reconfigured }
    | { readonly ok: false; readonly error: unknown };
}

export interface AppliedWrite {
  /** Tasks that the write has changed. */
  readonly tasks: readonly number[];
  /** Whether only to say what the change would do. */
  readonly isTry: boolean;
  /** The content that sessions would read; the current configuration unless set. Only for a try. */
  readonly wouldBe?: ReconfigureRequest['wouldBe'];
  readonly granted: GrantedSites;
  readonly reason: string;
  readonly by: string;
  readonly actor: Actor;
  readonly traceparent: string;
}

export interface ReadingSession extends ConfiguredSession {
  /** As `siteCodesOf`, or null if its version is lost. */
  readonly site_codes: readonly string[] | null;
}

export interface ApplySources {
  /** The running and paused sessions of these tasks, in order. @throws DatabaseUnavailable */
  readonly sessionsOf: (tasks: readonly number[]) => Promise<readonly ReadingSession[]>;
  readonly newerConfigured: FindNewerConfigured;
  /** Waits briefly for the read model. @returns whether it has every session that existed at the call */
  readonly caughtUp: () => Promise<boolean>;
  readonly commands: Pick<SessionCommands, 'reconfigure'>;
  /** The system's unless set. */
  readonly timers?: Timers;
}

/** Sessions changed at the same time; each waits for the broker and the read model. */
const atOnce = 5;
/** Sessions not begun within this time count as having found no room: callers wait for about 30 s. */
const beginWithinMs = 10_000;
/** The outcome of a session that takes longer is reported as unknown. It may still take the change. */
const toldWithinMs = 20_000;

/**
 * Reconfigures the sessions that read what a write has changed, each by itself: one refusal does not affect the others.
 * A try only says what each would answer.
 * @throws DatabaseUnavailable where the sessions cannot be looked for
 */
export async function applyToSessions(sources: ApplySources, write: AppliedWrite): Promise<Applied[]> {
  if (write.tasks.length === 0) return [];
  const ended = new AbortController();
  const late = pause(sources.timers ?? systemTimers, toldWithinMs, ended.signal);
  try {
    return await appliedUntil(late, sources, write);
  } finally {
    ended.abort();
  }
}

async function appliedUntil(
  late: Promise<void>,
  sources: ApplySources,
  write: AppliedWrite,
): Promise<Applied[]> {
  const untilMs = performance.now() + beginWithinMs;
  const hasAll = await sources.caughtUp();
  const { visible, hidden } = await sessionsToApply(sources, write);
  // Those that need the change come first, so a repeat reaches the ones that found no room before.
  const byNeed = [true, null, false].flatMap((need) => visible.filter(({ isNewer }) => isNewer === need));
  const waiting = byNeed.slice(0, appliedAtMost).values();
  const applied = new Map<string, Applied>();
  // The first ones are begun even if the search took all the time: a repeat would take as long and get no further otherwise.
  const next = async (): Promise<void> => {
    do {
      const { value } = waiting.next();
      if (value === undefined) return;
      const { sessionId } = value;
      const outcomeInTime = reconfigured(sources, write, sessionId).then(
        (done) => ({ ok: true, done }) as const,
        (error: unknown) => ({ ok: false, error }) as const,
      );
      const outcome = await Promise.race([
        outcomeInTime,
        late.then(() => ({ ok: false, error: notKnownYet(write) }) as const),
      ]);
      applied.set(sessionId, { sessionId, outcome });
    } while (performance.now() < untilMs);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  const leftSessions = visible.filter(
    ({ sessionId, isNewer }) => isNewer !== false && !applied.has(sessionId),
  );
  const unnamed = [
    ...(leftSessions.length > 0 ? [sessionsLeft(leftSessions.length, write)] : []),
    ...(hidden ? [hidden] : []),
    ...(hasAll ? [] : [othersNotKnown()]),
  ];
  return [
    ...visible.flatMap(({ sessionId }) => applied.get(sessionId) ?? []),
    ...unnamed.map((error): Applied => ({ sessionId: null, outcome: { ok: false, error } })),
  ];
}

interface SessionToApply {
  readonly sessionId: string;
  /** Null where this is unknown. */
  readonly isNewer: boolean | null;
}

/** @returns the sessions that the caller may change, and why not the others, if there are any */
async function sessionsToApply(
  { sessionsOf, newerConfigured }: ApplySources,
  { tasks, granted }: AppliedWrite,
): Promise<{ readonly visible: readonly SessionToApply[]; readonly hidden: Problem | undefined }> {
  const { visible, hidden } = splitByGrant(await sessionsOf(tasks), granted);
  const newer = await newerConfigured(visible);
  return {
    visible: visible.map(({ session_id: sessionId }) => ({
      sessionId,
      isNewer: newer.get(sessionId) ?? null,
    })),
    hidden,
  };
}

/** The sessions that a caller may change, and why not the others, if there are any. */
export function splitByGrant(
  sessions: readonly ReadingSession[],
  granted: GrantedSites,
): { readonly visible: readonly ReadingSession[]; readonly hidden: Problem | undefined } {
  let hidden: Problem | undefined;
  const visible = sessions.filter(({ site_codes }) => {
    try {
      // Which sites a session with a lost version reads is unknown.
      requireRoleAt(granted, site_codes ?? ['']);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      hidden = error;
      return false;
    }
  });
  return { visible, hidden };
}

/** @throws what the command throws */
async function reconfigured(
  { commands, timers = systemTimers }: ApplySources,
  { isTry, wouldBe, granted, reason, by, actor, traceparent }: AppliedWrite,
  sessionId: string,
): Promise<Reconfigured> {
  const ask = () =>
    commands.reconfigure({
      ...{ sessionId, to: 'latest', reason, isTry, wouldBe, precondition: undefined, by, actor },
      requireSites: (codes) => requireRoleAt(granted, codes),
      attempt: { commandId: randomUUID(), isRepeat: false, traceparent },
    });
  return ask().catch(async (error: unknown) => {
    const waitMs = pendingForMs(error);
    if (waitMs === undefined) throw error;
    // A change takes seconds to come into force; a second one within that time waits.
    await pause(timers, waitMs);
    return ask();
  });
}

const pendingAtMostMs = 5_000;
/** Timers may ring a moment early. */
const marginMs = 50;

function pendingForMs(error: unknown): number | undefined {
  if (!(error instanceof Problem) || error.code !== 'reconfiguration_pending') return undefined;
  const leftMs = Date.parse(String(error.members.effective_at)) - Date.now();
  return leftMs <= pendingAtMostMs ? Math.max(0, leftMs) + marginMs : undefined;
}

function notKnownYet({ isTry }: AppliedWrite): Problem {
  const within = toldWithinMs / 1_000;
  if (isTry) {
    return new Problem('outcome_unknown', sessionsText('what_it_would_do', { within }));
  }
  return new Problem('outcome_unknown', sessionsText('it_has_not_answered_within_s', { within }));
}

function othersNotKnown(): Problem {
  return new Problem('read_model_behind', sessionsText('read_model_behind'));
}

function sessionsLeft(sessionsNotReached: number, { isTry }: AppliedWrite): Problem {
  if (isTry) {
    return new Problem(
      'sessions_left',
      sessionsText('more_sessions_read_it_and_were', { left: sessionsNotReached, appliedAtMost }),
      { sessions: sessionsNotReached },
    );
  }
  return new Problem(
    'sessions_left',
    sessionsText('more_sessions_read_it_reconfigure_each', { left: sessionsNotReached }),
    {
      sessions: sessionsNotReached,
    },
  );
}
