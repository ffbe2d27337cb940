import { specs } from '@holdfast/drivers/specs.ts';
import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import type { Reconfigured } from '@holdfast/shared/contracts/http/reconfigure-http.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { ReconfigureSession, SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import { decide, type SessionRefusal } from '@holdfast/shared/domain/session/decide.ts';
import type { SessionEvent, SessionReconfigured } from '@holdfast/shared/domain/session/events.ts';
import { parseSessionId } from '@holdfast/shared/domain/session/session-id.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import { AppendOutcomeUnknown, type EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { type CommandOutcome, loadSession } from '@holdfast/shared/sessions/handle-command.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ConfigVersions, NumberedContent } from '../../configuration/config-versions.ts';
import { contentHash, type TaskContent } from '../../configuration/task-snapshot.ts';
import { siteCodesOf } from '../../configuration/version-sites.ts';
import { versionDiff } from '../../configuration/versions/version-diff.ts';
import { versionNotFound } from '../../configuration/versions/version-not-found.ts';
import type { CommandAttempt, CommandStores, Precondition, TaskConfigs } from '../../ports.ts';
import { refusalProblem } from '../../problems/session-refusals.ts';
import { sessionsText } from '../texts.ts';
import { changeOfDevices } from './change-of-devices.ts';
import { onlyOnce } from './only-once.ts';
import { requireSameDevices } from './require-same-devices.ts';
import { requireStays, type StayingSources } from './require-stays.ts';

export interface ReconfigureRequest {
  readonly sessionId: string;
  readonly to: 'latest' | number;
  readonly reason: string;
  readonly isTry: boolean;
  /** The content that `latest` would be; the current configuration unless set. Only for a try. @throws Problem */
  readonly wouldBe?: ((taskId: number) => NumberedContent) | undefined;
  /** Whether to change it even if devices that stay as they are would lose ticks. */
  readonly isForced?: boolean | undefined;
  /** Judges the change by the `seen` of {@link Reconfiguration}. */
  readonly precondition: Precondition | undefined;
  /** Receives the sites at which the session reads and would read; what it throws is passed on. */
  readonly requireSites: (codes: readonly string[]) => void;
  readonly by: string;
  readonly actor?: Actor | undefined;
  readonly attempt: CommandAttempt;
}

/**
 * Switches a session to another version of its configuration: its task's current one, or a former one.
 * @throws Problem for a refusal, and what the event store throws
 */
export type Reconfiguration = (
  request: ReconfigureRequest,
) => Promise<Omit<Reconfigured, 'detail' | 'etag'> & { readonly detail: Text; readonly tagged: object }>;

/** Sources that only changes of running sessions use. */
export interface ChangeSources extends StayingSources {
  /** The content that a session started now would read. @throws Problem, DatabaseUnavailable */
  readonly configured: (taskId: number) => Promise<TaskContent>;
  /**
   * Refuses a change that keeps an endpoint so busy that unchanged devices lose ticks; whatever cannot be asked now is
   * left out.
   * @throws Problem
   */
  readonly requireHolds: (change: {
    readonly sessionId: string;
    readonly from: TaskConfig;
    readonly next: TaskContent;
  }) => Promise<void>;
  /** When the holder of the task's session last reported on it, by the holder's clock, or undefined if it never has. */
  readonly heldAt: (taskId: number) => string | undefined;
}

type Accepted = Extract<CommandOutcome, { ok: true }>;

interface Sources extends ChangeSources {
  readonly versions: Pick<ConfigVersions, 'ensure' | 'newestIfCurrent'>;
  readonly stores: () => CommandStores;
  readonly send: (
    events: EventStore,
    taskId: string,
    command: SessionCommand,
    attempt: CommandAttempt & { readonly actor?: Actor | undefined },
    now: string,
  ) => Promise<Accepted>;
  /** Whether the read model shows the event at this sequence. */
  readonly projected: (sequence: number) => Promise<boolean>;
}

interface Situation {
  readonly state: Extract<SessionState, { status: 'running' | 'paused' }>;
  readonly from: TaskConfig;
  /** The refusal while the session cannot take another change yet. */
  readonly pending: SessionRefusal | undefined;
}

const shownAtMost = 500;
/** A holder's clock that differs by more is wrong, and no change waits for it. */
const clocksDifferMs = 10_000;

export function sessionReconfiguration(sources: Sources): Reconfiguration {
  const { stores, send, versions } = sources;

  /** The content that is wanted, with its number where it has one. */
  const wantedBy = async (
    taskConfigs: TaskConfigs,
    taskId: string,
    { to, wouldBe }: Pick<ReconfigureRequest, 'to' | 'wouldBe'>,
  ): Promise<NumberedContent> => {
    if (wouldBe) return wouldBe(Number(taskId));
    if (to !== 'latest') return { content: await loaded(taskConfigs, taskId, to), version: to };
    const content = await sources.configured(Number(taskId));
    return { content, version: await versions.newestIfCurrent(taskConfigs, Number(taskId)) };
  };

  return async (request) => {
    const { sessionId, to, reason, isTry, isForced, precondition, requireSites, by, actor, attempt } =
      request;
    const parsed = parseSessionId(sessionId);
    if (!parsed) throw refusalProblem({ code: 'session_not_found', sessionId });
    const { taskId } = parsed;
    const { events, taskConfigs } = stores();
    const now = () => laterOf(new Date().toISOString(), sources.heldAt(Number(taskId)));

    const commandFor = (from: TaskConfig, next: TaskContent, version: number): ReconfigureSession => ({
      type: 'ReconfigureSession',
      ...{ sessionId, by, reason, now: now() },
      fromVersion: from.config_version,
      configVersion: version,
      needs: sessionNeeds(next, specs),
      change: changeOfDevices(from, next),
    });
    /** Everything that speaks against it, before anything is stored. */
    const judge = async ({ state, from, pending }: Situation, next: TaskContent): Promise<void> => {
      requireSites([...siteCodesOf(from), ...siteCodesOf(next)]);
      precondition?.(changeForTag(from, next));
      if (isSame(from, next)) return;
      if (pending) throw refusalProblem(pending);
      await requireSameDevices({ events, taskConfigs }, { sessionId, taskId, from, next });
      await requireStays(sources, events, { sessionId, taskId, state, next: sessionNeeds(next, specs) });
      if (!isForced) await sources.requireHolds({ sessionId, from, next });
    };
    const know = async (): Promise<Situation> => {
      const { state } = await loadSession(events, taskId);
      const decided = decide(state, anyChangeOf(sessionId));
      const refusal = decided.ok ? undefined : decided.refusal;
      const pending = refusal?.code === 'reconfiguration_pending' ? refusal : undefined;
      if (refusal && !pending && refusal.code !== 'configuration_moved_on') throw refusalProblem(refusal);
      if (state.status !== 'running' && state.status !== 'paused') {
        throw refusalProblem({ code: 'session_not_found', sessionId });
      }
      return { state, pending, from: await loaded(taskConfigs, taskId, state.session.configVersion) };
    };

    if (isTry) {
      const situation = await know();
      const { state, from } = situation;
      const { content, version } = await wantedBy(taskConfigs, taskId, request);
      await judge(situation, content);
      const isChanged = !isSame(from, content);
      const common = { sessionId, status: state.status, isChanged, effectiveAt: null };
      return answer(from, content, { ...common, to: isChanged ? (version ?? null) : from.config_version });
    }

    /** Versions already read, since nothing may fail any more once the event is stored. */
    const seenVersions = new Map<number, TaskConfig>();
    const outcome = await onlyOnce(events, taskId, attempt, async () => {
      const situation = await know();
      const { from } = situation;
      seenVersions.set(from.config_version, from);
      const { content } = await wantedBy(taskConfigs, taskId, { to });
      await judge(situation, content);
      if (isSame(from, content)) return nothingDone(events, taskId);
      const version = to === 'latest' ? (await versions.ensure(taskConfigs, Number(taskId))).version : to;
      const next = await loaded(taskConfigs, taskId, version);
      seenVersions.set(version, next);
      // The configuration may have changed again since it was judged.
      if (contentHash(next) !== contentHash(content)) await judge(situation, next);
      const command = commandFor(from, next, version);
      return send(events, taskId, command, { ...attempt, actor }, command.now);
    });
    const isShown = await sources.projected(outcome.sequence);
    const versionOf = async (version: number): Promise<TaskConfig> =>
      seenVersions.get(version) ?? loaded(taskConfigs, taskId, version);
    const reconfigured = await madeOf(outcome, sessionId, versionOf).catch((cause: unknown) => {
      // This is a repeat, and the event of its first try is stored.
      throw new AppendOutcomeUnknown(subjects.lifecycle(taskId), attempt.commandId, { cause });
    });
    return isShown ? reconfigured : { ...reconfigured, detail: later(reconfigured.detail) };
  };
}

/** The answer made from the stored event alone, because a repeat finds nothing else. */
async function madeOf(
  { state, event }: Accepted,
  sessionId: string,
  load: (version: number) => Promise<TaskConfig>,
) {
  const status = state.status === 'paused' ? 'paused' : 'running';
  if (!isChange(event)) {
    const from = await load(state.session.configVersion);
    const facts = {
      sessionId,
      status,
      isChanged: false,
      effectiveAt: null,
      to: from.config_version,
    } as const;
    return answer(from, from, facts);
  }
  const from = await load(event.from.configVersion);
  const next = await load(event.configVersion);
  const { effectiveAt } = event;
  return answer(from, next, { sessionId, status, isChanged: true, effectiveAt, to: event.configVersion });
}

function isChange(event: SessionEvent | undefined): event is SessionReconfigured {
  return event?.type === 'session.reconfigured';
}

function answer(
  from: TaskConfig,
  next: TaskContent,
  {
    sessionId,
    status,
    isChanged,
    effectiveAt,
    to,
  }: {
    readonly sessionId: string;
    readonly status: Reconfigured['status'];
    readonly isChanged: boolean;
    readonly effectiveAt: string | null;
    readonly to: number | null;
  },
) {
  const { added, removed, changed } = changeOfDevices(from, next);
  return {
    session_id: sessionId,
    status,
    from: from.config_version,
    to,
    is_changed: isChanged,
    effective_at: effectiveAt,
    devices: { added, removed, changed },
    results: isChanged ? versionDiff(unversioned(from), unversioned(next)).slice(0, shownAtMost) : [],
    tagged: changeForTag(from, next),
    detail: inWords(),
  };

  function inWords(): Text {
    if (!isChanged) {
      return sessionsText('session_reads_by_this_configuration', { sessionId });
    }
    const counts = sessionsText('devices_added_removed_changed', { added, removed, changed });
    if (effectiveAt === null) {
      return to === null
        ? sessionsText('session_would_go_on_with_new', { sessionId, counts })
        : sessionsText('session_would_go_on_with', { sessionId, to, counts });
    }
    return status === 'paused'
      ? sessionsText('session_goes_on_with_version', { sessionId, to: String(to), counts })
      : sessionsText('session_reads_by_version', { sessionId, to: String(to), effectiveAt, counts });
  }
}

async function nothingDone(events: EventStore, taskId: string): Promise<Accepted> {
  const { state, sequence } = await loadSession(events, taskId);
  if (state.status === 'never_started') throw new Error(`task ${taskId} has lost its session`);
  return { ok: true, state, sequence, changed: false };
}

async function loaded(taskConfigs: TaskConfigs, taskId: string, version: number): Promise<TaskConfig> {
  const stored = await taskConfigs.load(taskId, version);
  if (!stored.ok) throw versionNotFound(Number(taskId), version);
  return stored.config;
}

function isSame(from: TaskConfig, next: TaskContent): boolean {
  return contentHash(from) === contentHash(next);
}

/** The change as its caller has seen it, for the ETag. */
function changeForTag(from: TaskConfig, next: TaskContent): object {
  return { from: from.config_version, to: contentHash(next) };
}

function unversioned(content: TaskContent): TaskContent {
  const { config_version: _, ...rest } = content as Partial<TaskConfig> & TaskContent;
  return rest;
}

/** An empty change, which shows whether the session takes changes at all. */
function anyChangeOf(sessionId: string): ReconfigureSession {
  const change = { added: 0, removed: 0, changed: 0, codes: [] };
  return {
    type: 'ReconfigureSession',
    ...{ sessionId, by: '', reason: '', now: new Date().toISOString(), change },
    ...{ fromVersion: 0, configVersion: 0 },
  };
}

/** The later of both clocks: the holder goes by its own, and must hear of a change before it is in force. */
function laterOf(own: string, holders: string | undefined): string {
  if (holders === undefined) return own;
  const aheadMs = Date.parse(holders) - Date.parse(own);
  return aheadMs > 0 && aheadMs < clocksDifferMs ? holders : own;
}

function later(detail: Text): Text {
  return sessionsText('lists_may_show_this_a_little_later', { detail });
}
