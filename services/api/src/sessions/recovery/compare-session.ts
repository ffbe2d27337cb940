import type { SessionRecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionView, Storing } from '@holdfast/shared/contracts/http/session-http.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { LastSample } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import { sessionsText } from '../texts.ts';

/** A session must show itself within three periods, but is never called missing within this time. */
const freshAtLeastMs = 15_000;
/** From this period on, a session is read so seldom that its holder's word counts like a sample since a given time. */
const rarelyMs = 60_000;
/** Allowed besides one period until the first tick: for placing a session, taking it up and reading. */
const settlingMs = 2_000;

/**
 * Compares what should be (the log), what is assigned, what the collector says and what arrives, for one running session.
 * It really runs when a sample or an explicit miss of one of its devices arrived lately and its readings are stored; it is
 * unknown where that cannot be determined. A session just started or resumed cannot have a sample yet: until a period
 * and 2 s are over it is starting, not missing.
 */
export function compareSession(options: {
  session: SessionView;
  /** When the session was started or last resumed, or undefined if unknown. */
  startedMs: number | undefined;
  /** Undefined when the configuration cannot be read. */
  periodMs: number | undefined;
  status: SessionLiveStatus | undefined;
  lastSample: LastSample | undefined;
  storing: Storing;
  /** Only samples since this time count, or undefined if every fresh one does. */
  sinceMs?: number | undefined;
  nowMs: number;
}): SessionRecoveryView {
  const { session, startedMs, periodMs, status, lastSample, storing, sinceMs, nowMs } = options;
  const freshWithinMs = freshWithin(periodMs);
  const word = status?.session === session.id ? status : undefined;
  const holder = wordOfHolder(session, word);
  const isSince =
    (lastSample?.storedAtMs ?? 0) >= (sinceMs ?? 0) ||
    (periodMs !== undefined && periodMs > rarelyMs && holder?.state === 'polling');
  const isArriving = isSince && isFresh(lastSample, periodMs, nowMs);
  const isStored = storing.state === 'stored' || storing.state === 'refused_in_part';
  const isActual = isArriving && isStored;
  const placedMs = Date.parse(session.placement?.since ?? '');
  const grace = { graceMs: (periodMs ?? 0) + settlingMs, nowMs, word: holder };
  const isSettling = isWithinGrace(isArriving ? placedMs : startedMs, grace);
  const isUntold = isArriving && storing.state === 'unknown';
  // A sample that arrives is stored within a second or two, however long the period is.
  const isJustTaken = isWithinGrace(placedMs, { ...grace, graceMs: Math.min(grace.graceMs, freshAtLeastMs) });
  const isUnknown = isUntold && !isJustTaken;
  return {
    session_id: session.id,
    task_id: session.task_id,
    task_code: session.task_code,
    expected: { status: session.status, config_version: session.config_version },
    assigned: session.placement,
    collector: word
      ? {
          collector_id: word.collector,
          epoch: word.epoch,
          state: word.state,
          detail: localize(word.detail),
          updated_at: word.updated_at,
        }
      : null,
    last_sample: lastSample
      ? { time: new Date(lastSample.storedAtMs).toISOString(), epoch: lastSample.epoch }
      : null,
    fresh_within_seconds: freshWithinMs / 1_000,
    storing,
    is_actual: isActual,
    is_starting: isSettling && !isActual && !isUnknown,
    is_unknown: isUnknown,
    disagreements: [
      ...(isSettling
        ? []
        : [
            ...placementDisagreements(session, word, { nowMs, freshWithinMs }),
            ...sampleDisagreements(session, lastSample, { nowMs, freshWithinMs, sinceMs, isArriving }),
          ]),
      ...(isUnknown || (isArriving && !isSettling && !isUntold) ? storingDisagreements(storing) : []),
    ],
  };
}

/** Whether the sample arrived recently enough to show that its session runs. */
export function isFresh(
  sample: LastSample | undefined,
  periodMs: number | undefined,
  nowMs: number,
): boolean {
  return sample !== undefined && nowMs - sample.storedAtMs <= freshWithin(periodMs);
}

export const freshWithin = (periodMs: number | undefined) => Math.max(3 * (periodMs ?? 0), freshAtLeastMs);

/** The status, if it comes from the collector that holds the session now. */
function wordOfHolder(
  { placement }: SessionView,
  word: SessionLiveStatus | undefined,
): SessionLiveStatus | undefined {
  return placement?.state === 'placed' && word?.epoch === placement.epoch ? word : undefined;
}

/** Whether the grace still lasts. A clock ahead does not extend it, nor a long period while no collector polls. */
function isWithinGrace(
  sinceMs: number | undefined,
  { graceMs, nowMs, word }: { graceMs: number; nowMs: number; word: SessionLiveStatus | undefined },
): boolean {
  if (sinceMs === undefined || (word && word.state !== 'polling')) return false;
  return Math.abs(nowMs - sinceMs) <= (word ? graceMs : Math.min(graceMs, freshAtLeastMs));
}

function placementDisagreements(
  { placement }: SessionView,
  word: SessionLiveStatus | undefined,
  { nowMs, freshWithinMs }: { nowMs: number; freshWithinMs: number },
): string[] {
  if (placement?.state !== 'placed') {
    const why = placement?.detail || localize(sessionsText('it_waits_for_the_supervisor'));
    return [localize(sessionsText('no_collector', { why }))];
  }
  const { epoch } = placement;
  const collectorId = String(placement.collector_id);
  if (!word || word.epoch < (epoch ?? 0)) {
    return [localize(sessionsText('it_was_assigned_to_with_epoch', { collectorId, epoch: epoch ?? 0 }))];
  }
  if (word.epoch > (epoch ?? 0)) {
    return [localize(sessionsText('holds_it_with_epoch', { collector: word.collector, epoch: word.epoch }))];
  }
  if (word.state !== 'polling') {
    const { state } = word;
    const detail = localize(word.detail);
    return [
      localize(
        detail === ''
          ? sessionsText('assigned_to_which_says', { collectorId, state })
          : sessionsText('assigned_to_which_says_why', { collectorId, state, detail }),
      ),
    ];
  }
  const silentMs = nowMs - Date.parse(word.updated_at);
  if (silentMs <= freshWithinMs) return [];
  const silent = seconds(silentMs);
  return [localize(sessionsText('has_said_nothing', { collectorId, silent }))];
}

function sampleDisagreements(
  { placement }: SessionView,
  lastSample: LastSample | undefined,
  {
    nowMs,
    freshWithinMs,
    sinceMs,
    isArriving,
  }: { nowMs: number; freshWithinMs: number; sinceMs: number | undefined; isArriving: boolean },
): string[] {
  if (!lastSample) {
    return [localize(sessionsText('running_but_no_sample'))];
  }
  if (!isArriving) {
    const ago = seconds(nowMs - lastSample.storedAtMs);
    if (sinceMs !== undefined && lastSample.storedAtMs < sinceMs) {
      const since = new Date(sinceMs).toISOString();
      return [localize(sessionsText('running_but_none_since', { ago, since }))];
    }
    return [localize(sessionsText('running_but_last_sample', { ago, within: seconds(freshWithinMs) }))];
  }
  if (placement?.epoch != null && lastSample.epoch !== placement.epoch) {
    return [
      localize(
        sessionsText('the_last_sample_was_read_under', { epoch: lastSample.epoch, placed: placement.epoch }),
      ),
    ];
  }
  return [];
}

function storingDisagreements({ state, detail }: Storing): string[] {
  return state === 'stored' ? [] : [detail];
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
