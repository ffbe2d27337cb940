import { conditionOf, type HealthFacts } from './device-condition.ts';

/**
 * Reasons for which a session needs attention, the worst first. Each is about now: what is over is in the ribbon.
 * - `failed`: its status is `error`, and no later run has followed
 * - `awaiting_recovery`: automatic recovery is off; it waits for `POST …/{id}/recover/`
 * - `waiting`: no collector has it
 * - `not_read`: it is placed, and nothing of it arrives
 * - `not_stored`: it is read, and nothing of it gets into the database
 * - `devices_failing`, `some_devices_failing`: all of its devices fail, or some
 * - `values_refused`: the database refuses values of it
 * - `points_failing`: devices do not give all of their values
 * - `overrun`: ticks are lost because reading takes longer than the period
 * - `slow`: devices answer slowly
 * - `time_limit`: it has been warned that it runs long
 */
export const attentionCodes = [
  'failed',
  'awaiting_recovery',
  'waiting',
  'not_read',
  'not_stored',
  'devices_failing',
  'some_devices_failing',
  'values_refused',
  'points_failing',
  'overrun',
  'slow',
  'time_limit',
] as const;
export type AttentionCode = (typeof attentionCodes)[number];

interface Since {
  readonly since: string | null;
}

type Affected = HealthFacts & { readonly code: string };

interface SessionFacts {
  readonly status: string;
  readonly error_message: string | null;
  readonly next_try_at: string | null;
  readonly stopped_at: string | null;
  readonly warned_at: string | null;
  readonly hard_limit_at: string | null;
  readonly placement:
    | (Since & { readonly state: 'placed' | 'waiting' | 'awaiting_recovery'; readonly detail: string })
    | null;
}

/** A session that should run, compared with what arrives of it. */
interface ComparedFacts {
  readonly is_actual: boolean;
  readonly is_starting: boolean;
  readonly is_unknown: boolean;
  readonly last_sample: { readonly time: string } | null;
  readonly disagreements: readonly string[];
  readonly storing: {
    readonly state: string;
    readonly detail: string;
    readonly last_stored: string | null;
    readonly refused: readonly Since[];
  };
}

export interface SessionSituation {
  readonly session: SessionFacts;
  /** Whether no later run of its task has followed. */
  readonly isLatest: boolean;
  /** Undefined when the session does not run, or this is unknown. */
  readonly compared: ComparedFacts | undefined;
  readonly devices: { readonly total: number } | null;
  /** Health of the session's devices, with the last success under any holder. */
  readonly health: Readonly<Record<string, HealthFacts>>;
  /** Since when never-read devices have been missed, by code, as far as on record. */
  readonly missedSince: ReadonlyMap<string, string>;
}

/** Why a session needs attention. Severity 1: nothing is acquired; 2: something is missing; 3: worth a look. */
export type Reason = Since & { readonly severity: 1 | 2 | 3 } & (
    | { readonly code: 'failed'; readonly params: { error: string | null; nextTryAt: string | null } }
    | {
        readonly code: 'awaiting_recovery' | 'waiting' | 'not_read' | 'not_stored' | 'values_refused';
        readonly params: { readonly details: readonly string[] };
      }
    | {
        readonly code: 'devices_failing' | 'some_devices_failing' | 'points_failing' | 'overrun' | 'slow';
        readonly params: { readonly devices: readonly Affected[] };
      }
    | { readonly code: 'time_limit'; readonly params: { readonly end: string | null } }
  );

/** Why a session needs attention now, the worst reason first. */
export function attentionOf(situation: SessionSituation): Reason[] {
  const { session, isLatest, compared } = situation;
  const { error_message: error, next_try_at: nextTryAt, hard_limit_at: end } = session;
  const reasons: Reason[] = [];
  if (session.status === 'error' && isLatest) {
    reasons.push({ code: 'failed', severity: 1, params: { error, nextTryAt }, since: session.stopped_at });
  }
  if (session.status === 'running') {
    reasons.push(...(compared?.is_starting ? [] : ofRunning(situation)), ...ofDevices(situation));
    if (session.warned_at !== null)
      reasons.push({ code: 'time_limit', severity: 3, params: { end }, since: session.warned_at });
  }
  const placeOf = ({ code }: Reason) => attentionCodes.indexOf(code);
  return reasons.sort((one, other) => placeOf(one) - placeOf(other));
}

function ofRunning({ session: { placement }, compared }: SessionSituation): Reason[] {
  if (placement && placement.state !== 'placed') {
    const { state: code, detail, since } = placement;
    return [{ code, severity: 1, params: { details: detail ? [detail] : [] }, since }];
  }
  // The reason for what is unknown is with the writer and is shown there.
  if (!compared || compared.is_unknown) return [];
  const { storing, last_sample, disagreements, is_actual } = compared;
  const params = { details: [storing.detail] };
  if (is_actual) {
    if (storing.refused.length === 0) return [];
    const [{ since = null } = {}] = storing.refused;
    return [{ code: 'values_refused', severity: 2, params, since }];
  }
  if (storing.state === 'not_stored')
    return [{ code: 'not_stored', severity: 1, params, since: storing.last_stored }];
  // A collector that has just taken the session has delivered nothing yet.
  const since = last_sample?.time ?? placement?.since ?? null;
  return [{ code: 'not_read', severity: 1, params: { details: disagreements }, since }];
}

function ofDevices({ session, devices, health, missedSince }: SessionSituation): Reason[] {
  if (!devices) return [];
  const of = (condition: string): Affected[] =>
    Object.entries(health).flatMap(([code, each]) =>
      conditionOf(each) === condition ? [{ ...each, code }] : [],
    );
  const silent = of('failing');
  const reasons: Reason[] = [];
  if (silent.length > 0) {
    const isAll = silent.length >= devices.total;
    reasons.push({
      code: isAll ? 'devices_failing' : 'some_devices_failing',
      severity: isAll ? 1 : 2,
      params: { devices: silent },
      // With neither, nothing about these devices is on record yet, or this is unknown.
      since: (isAll ? sinceAll : sinceFirst)(silent, missedSince) ?? session.placement?.since ?? null,
    });
  }
  const partly = of('partly');
  if (partly.length > 0) {
    const since = partly.flatMap(({ failing_points = [] }) => failing_points.map((point) => point.since));
    reasons.push({
      code: 'points_failing',
      severity: 3,
      params: { devices: partly },
      since: earliest(since),
    });
  }
  const slow = of('slow');
  if (slow.length > 0) {
    const code = slow.some(({ overrun_share = 0 }) => overrun_share > 0) ? 'overrun' : 'slow';
    reasons.push({ code, severity: 3, params: { devices: slow }, since: null });
  }
  return reasons;
}

/** Since when at least one of the devices has been silent. */
function sinceFirst(silent: readonly Affected[], missedSince: ReadonlyMap<string, string>): string | null {
  return earliest(silent.map(({ code, last_success }) => last_success ?? missedSince.get(code) ?? null));
}

/** Since when all devices have been silent: the last good reading of any, even if others fell silent long before. */
function sinceAll(silent: readonly Affected[], missedSince: ReadonlyMap<string, string>): string | null {
  const successTimes = silent.flatMap(({ last_success }) => last_success ?? []);
  return successTimes.sort().at(-1) ?? sinceFirst(silent, missedSince);
}

function earliest(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).sort()[0] ?? null;
}
