import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import type {
  StartValidation,
  StartValidationView,
} from '@holdfast/shared/contracts/http/device-call-http.ts';
import type {
  CommandedSession as CommandedView,
  StartedTask as StartedView,
} from '@holdfast/shared/contracts/http/session-http.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import { evolve } from '@holdfast/shared/domain/session/evolve.ts';
import { parseSessionId } from '@holdfast/shared/domain/session/session-id.ts';
import { neverStarted, type SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import {
  type CommandOutcome,
  handleCommand,
  LogUnreadable,
  loadSession,
  type SessionMemory,
} from '@holdfast/shared/sessions/handle-command.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ConfigVersions } from '../../configuration/config-versions.ts';
import { BrokerUnavailable, type CommandAttempt, type CommandStores } from '../../ports.ts';
import { refusalProblem } from '../../problems/session-refusals.ts';
import type { LogGuard } from '../projection/log-guard.ts';
import type { ProjectionSignal, WaitOutcome } from '../projection/projection-signal.ts';
import { sessionViewFromLog } from '../queries/session-view.ts';
import type { SessionsAfterCommands } from '../queries/sessions-after-commands.ts';
import { sessionsText } from '../texts.ts';
import { onlyOnce } from './only-once.ts';
import {
  type ChangeSources,
  type Reconfiguration,
  sessionReconfiguration,
} from './session-reconfiguration.ts';

/** An answer whose detail is still in both languages; routes pick the caller's. */
type CommandedSession = Omit<CommandedView, 'detail'> & { readonly detail: Text };
type StartedTask = Omit<StartedView, 'detail'> & { readonly detail: Text };

export interface SessionCommandsOptions {
  readonly broker: { stores(): CommandStores };
  readonly versions: Pick<ConfigVersions, 'ensure' | 'newestIfCurrent'>;
  readonly projection: Pick<ProjectionSignal, 'waitFor'>;
  readonly shownSessions: Pick<SessionsAfterCommands, 'after'>;
  readonly logGuard: Pick<LogGuard, 'damage' | 'doubt'>;
  /** Reads the task's devices once. @throws Problem when it is strict and they do not give everything */
  readonly validateTask: (
    taskId: number,
    mode: Exclude<StartValidation, 'skip'>,
    traceparent?: string,
  ) => Promise<StartValidationView>;
  /** This process's memory of the log behind {@link broker}. */
  readonly memory: SessionMemory;
  readonly changes: ChangeSources;
  /** Longest wait for the read model to show what a command did. */
  readonly readYourWriteMs: number;
}

interface Commander {
  /** The caller, as written into the event. */
  readonly by: string;
  readonly actor?: Actor | undefined;
  readonly attempt: CommandAttempt;
}

type Attempt = CommandAttempt & Pick<Commander, 'actor'>;

/**
 * Commands answer when their event is stored; by then the read model shows it if PostgreSQL is up. All commands
 * except the start need only the broker: a database outage must not prevent stopping a session.
 * All throw Problem for a refusal, and what the event store throws.
 */
export interface SessionCommands {
  start(
    request: Commander & {
      taskId: string;
      metadata: Record<string, unknown>;
      validate: StartValidation;
      /** Receives the sites at which the session would read, as `siteCodesOf`; what it throws is passed on. */
      requireSites: (codes: readonly string[]) => void;
    },
  ): Promise<StartedTask>;
  stop(request: Commander & { sessionId: string; reason: string }): Promise<CommandedSession>;
  pause(request: Commander & { sessionId: string; reason: string }): Promise<CommandedSession>;
  resume(request: Commander & { sessionId: string }): Promise<CommandedSession>;
  recover(request: Commander & { sessionId: string }): Promise<CommandedSession>;
  readonly reconfigure: Reconfiguration;
}

const source = '/holdfast/api';

type Accepted = Extract<CommandOutcome, { ok: true }>;

export function sessionCommands(options: SessionCommandsOptions): SessionCommands {
  const { broker, versions, projection, shownSessions, logGuard, memory, readYourWriteMs } = options;

  const usableStores = () => {
    const damage = logGuard.damage();
    if (damage) throw damage;
    const doubt = logGuard.doubt();
    if (doubt)
      throw new BrokerUnavailable('SESSIONS is being compared with the read model', { cause: doubt });
    return broker.stores();
  };

  const send = async (
    events: EventStore,
    taskId: string,
    command: SessionCommand,
    { commandId, traceparent, actor }: Attempt,
    now: string,
  ): Promise<Accepted> => {
    const context = { commandId, source, now, traceparent, actor };
    const outcome = await handleCommand(events, taskId, command, context, memory);
    if (!outcome.ok) throw refusalProblem(outcome.refusal);
    return outcome;
  };

  /** An early check, before anything is made for a start. The log decides again when the event is appended. */
  const refuseWhileActive = async (events: EventStore, taskId: string): Promise<void> => {
    const remembered = memory.get(taskId);
    if (remembered && !isActive(remembered.state)) return;
    const loaded = await loadSession(events, taskId);
    memory.set(taskId, loaded);
    if (isActive(loaded.state)) throw alreadyActive(loaded.state);
  };

  const onSession = async (
    sessionId: string,
    words: { done: Text; already: Text },
    attempt: Attempt,
    makeCommand: (
      events: EventStore,
      taskId: string,
      now: string,
    ) => SessionCommand | Promise<SessionCommand>,
  ): Promise<CommandedSession> => {
    const parsed = parseSessionId(sessionId);
    if (!parsed) throw refusalProblem({ code: 'session_not_found', sessionId });
    const { events } = usableStores();
    const outcome = await onlyOnce(events, parsed.taskId, attempt, async () => {
      const now = new Date().toISOString();
      return send(events, parsed.taskId, await makeCommand(events, parsed.taskId, now), attempt, now);
    });
    const waited = await projection.waitFor(outcome.sequence, readYourWriteMs);
    const word = outcome.changed ? words.done : words.already;
    const detail = sessionsText('session', { sessionId, word });
    const { sequence, changed: isNew } = outcome;
    const projected =
      waited === 'reached' ? await shownSessions.after(sessionId, { sequence, isNew }) : undefined;
    if (projected && projected !== 'gone') return { ...projected, detail };
    const state =
      outcome.state.session.sessionId === sessionId
        ? outcome.state
        : await readEarlierRun(events, parsed.taskId, sessionId);
    if (!state) throw refusalProblem({ code: 'session_not_found', sessionId });
    const wasCleaned = projected === 'gone' && !isNew;
    const about = wasCleaned ? sessionsText('it_was_cleaned_away_only') : unprojected(waited);
    return { ...sessionViewFromLog(state, new Date()), detail: joined(detail, about) };
  };

  return {
    start: async ({ taskId, metadata, validate, requireSites, by, actor, attempt }) => {
      const { events, taskConfigs } = usableStores();
      let validation: StartValidationView | null = null;
      const outcome = await onlyOnce(events, taskId, attempt, async () => {
        await refuseWhileActive(events, taskId);
        if (validate !== 'skip')
          validation = await options.validateTask(Number(taskId), validate, attempt.traceparent);
        const ensured = await versions.ensure(taskConfigs, Number(taskId));
        const { taskCode, version, needs, siteCodes, maxDuration } = ensured;
        requireSites(siteCodes);
        // The session and its event share one time, so that what began with the session has exactly that time.
        const now = new Date().toISOString();
        const start: SessionCommand = {
          type: 'StartSession',
          taskId,
          taskCode,
          configVersion: version,
          metadata,
          needs,
          maxDuration,
          by,
          now,
        };
        return send(events, taskId, start, { ...attempt, actor }, now);
      });
      const waited = await projection.waitFor(outcome.sequence, readYourWriteMs);
      const { sessionId, taskCode, configVersion } = outcome.state.session;
      const detail = sessionsText('session_of_task_is_started', { sessionId, taskCode });
      return {
        session_id: sessionId,
        task_code: taskCode,
        status: outcome.state.status,
        config_version: configVersion,
        detail: waited === 'reached' ? detail : joined(detail, unprojected(waited)),
        validation,
      };
    },
    stop: ({ sessionId, reason, by, actor, attempt }) =>
      onSession(
        sessionId,
        { done: sessionsText('is_stopped'), already: sessionsText('was_over_already') },
        { ...attempt, actor },
        () => ({
          type: 'StopSession',
          sessionId,
          reason,
          by,
        }),
      ),
    pause: ({ sessionId, reason, by, actor, attempt }) =>
      onSession(
        sessionId,
        { done: sessionsText('is_paused'), already: sessionsText('was_paused_already') },
        { ...attempt, actor },
        () => ({
          type: 'PauseSession',
          sessionId,
          reason,
          by,
        }),
      ),
    resume: ({ sessionId, by, actor, attempt }) =>
      onSession(
        sessionId,
        { done: sessionsText('runs_again'), already: sessionsText('was_running_already') },
        { ...attempt, actor },
        () => ({
          type: 'ResumeSession',
          sessionId,
          by,
        }),
      ),
    recover: ({ sessionId, by, actor, attempt }) =>
      onSession(
        sessionId,
        {
          done: sessionsText('will_be_placed_again'),
          already: sessionsText('is_placed_there_is_nothing'),
        },
        { ...attempt, actor },
        async (events, taskId, now) => ({
          type: 'RecoverSession',
          sessionId,
          placed: await hasPlacement(events, taskId),
          by,
          now,
        }),
      ),
    reconfigure: sessionReconfiguration({
      ...options.changes,
      versions,
      stores: usableStores,
      send,
      projected: async (sequence) => (await projection.waitFor(sequence, readYourWriteMs)) === 'reached',
    }),
  };
}

type ActiveState = Extract<SessionState, { status: 'running' | 'paused' }>;

function isActive(state: SessionState): state is ActiveState {
  return state.status === 'running' || state.status === 'paused';
}

function alreadyActive(state: ActiveState) {
  return refusalProblem({
    code: 'task_already_active',
    sessionId: state.session.sessionId,
    status: state.status,
  });
}

const joined = (one: Text, other: Text) => sessionsText('one_other', { one, other });

function unprojected(waited: WaitOutcome): Text {
  return waited === 'database_away'
    ? sessionsText('the_database_is_away_lists_will')
    : sessionsText('lists_may_show_this_a_little');
}

/** Whether some collector has the right to poll the task's session. @throws LogUnreadable, StoreUnavailable */
async function hasPlacement(events: EventStore, taskId: string): Promise<boolean> {
  const task = await loadTask(events, taskId);
  for (const aspect of ['lifecycle', 'placement'] as const) {
    const problem = task.unreadable[aspect];
    if (problem !== undefined) throw new LogUnreadable(subjects[aspect](taskId), problem);
  }
  return currentPlacement(task.session, task.placement) !== undefined;
}

/** Reads from the log how a session ended that later runs of its task have followed. @throws StoreUnavailable */
async function readEarlierRun(
  events: EventStore,
  taskId: string,
  sessionId: string,
): Promise<Exclude<SessionState, { status: 'never_started' }> | undefined> {
  let state: SessionState = neverStarted;
  for await (const { message, sequence } of events.read(subjects.lifecycle(taskId))) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind !== 'lifecycle' || decoded.event.sessionId !== sessionId) continue;
    state = evolve(state, { event: decoded.event, sequence, time: decoded.metadata.time });
  }
  return state.status === 'never_started' ? undefined : state;
}
