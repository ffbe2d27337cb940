import type { SessionRecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import {
  type Attention,
  type AttentionCode,
  attentionCodes,
  type DevicesSummary,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import type { Words } from '@holdfast/texts/text.ts';
import { localize } from '../../problems/localize.ts';
import { conditionOf } from './devices-summary.ts';
import { overviewText } from './texts.ts';

export interface SessionSituation {
  readonly session: SessionView;
  /** Whether no later run of its task has followed. */
  readonly isLatest: boolean;
  /** Undefined when the session does not run, or this is unknown. */
  readonly compared: SessionRecoveryView | undefined;
  readonly devices: DevicesSummary | null;
  /** Health of the session's devices, with the last success under any holder. */
  readonly health: Readonly<Record<string, DeviceHealth>>;
  /** Since when never-read devices have been missed, by code, as far as on record. */
  readonly missedSince: ReadonlyMap<string, string>;
}

/** Why a session needs attention now, the worst reason first. */
export function attentionOf(situation: SessionSituation): Attention[] {
  const { session, isLatest, compared } = situation;
  const reasons =
    session.status === 'error' && isLatest
      ? [failed(session)]
      : session.status === 'running'
        ? [
            ...(compared?.is_starting ? [] : ofRunning(situation)),
            ...ofDevices(situation),
            ...(session.warned_at === null ? [] : [timeLimit(session)]),
          ]
        : [];
  const placeOf = ({ code }: Attention) => attentionCodes.indexOf(code);
  return reasons.sort((one, other) => placeOf(one) - placeOf(other));
}

function failed({ error_message, next_try_at, stopped_at }: SessionView): Attention {
  const next =
    next_try_at === null
      ? localize(overviewText('it_is_not_tried_again'))
      : localize(overviewText('it_is_tried_again', { nextTryAt: next_try_at }));
  return {
    code: 'failed',
    severity: 1,
    detail: localize(
      error_message === null
        ? overviewText('failed', { next })
        : overviewText('failed_because', { error: error_message, next }),
    ),
    since: stopped_at,
  };
}

function ofRunning({ session: { placement }, compared }: SessionSituation): Attention[] {
  if (placement && placement.state !== 'placed') {
    const { state: code, detail, since } = placement;
    return [{ code, severity: 1, detail: detail || localize(overviewText('no_collector')), since }];
  }
  if (!compared) return [];
  const { storing, last_sample, disagreements, is_actual, is_unknown } = compared;
  const detail = disagreements.join(localize(overviewText('separator_semicolon')));
  // The reason is with the writer and is shown there.
  if (is_unknown) return [];
  if (is_actual) {
    if (storing.refused.length === 0) return [];
    const [{ since = null } = {}] = storing.refused;
    return [{ code: 'values_refused', severity: 2, detail: storing.detail, since }];
  }
  return storing.state === 'not_stored'
    ? [{ code: 'not_stored', severity: 1, detail: storing.detail, since: storing.last_stored }]
    : [
        {
          code: 'not_read',
          severity: 1,
          detail: detail || localize(overviewText('nothing_of_it_arrives')),
          // A collector that has just taken the session has delivered nothing yet.
          since: last_sample?.time ?? placement?.since ?? null,
        },
      ];
}

function ofDevices({ session, devices, health, missedSince }: SessionSituation): Attention[] {
  if (!devices) return [];
  const devicesWithCondition = Object.entries(health).map(([code, each]) => ({
    code,
    ...each,
    condition: conditionOf(each),
  }));
  const of = (condition: string) => devicesWithCondition.filter((each) => each.condition === condition);
  const silent = of('failing');
  const reasons: Attention[] = [];
  if (silent.length > 0) {
    const isAll = silent.length >= devices.total;
    reasons.push({
      code: isAll ? 'devices_failing' : 'some_devices_failing',
      severity: isAll ? 1 : 2,
      detail: inWords(silent),
      // With neither, nothing about these devices is on record yet, or this is unknown.
      since: (isAll ? sinceAll : sinceFirst)(silent, missedSince) ?? session.placement?.since ?? null,
    });
  }
  const partly = of('partly');
  if (partly.length > 0) {
    const since = partly.flatMap(({ failing_points = [] }) => failing_points.map((point) => point.since));
    reasons.push({ code: 'points_failing', severity: 3, detail: inWords(partly), since: earliest(since) });
  }
  const slow = of('slow');
  if (slow.length > 0) {
    const code: AttentionCode = slow.some(({ overrun_share = 0 }) => overrun_share > 0) ? 'overrun' : 'slow';
    reasons.push({ code, severity: 3, detail: inWords(slow), since: null });
  }
  return reasons;
}

type Silent = readonly { readonly code: string; readonly last_success: string | null }[];

/** Since when at least one of the devices has been silent. */
function sinceFirst(silent: Silent, missedSince: ReadonlyMap<string, string>): string | null {
  return earliest(silent.map(({ code, last_success }) => last_success ?? missedSince.get(code) ?? null));
}

/** Since when all devices have been silent: the last good reading of any, even if others fell silent long before. */
function sinceAll(silent: Silent, missedSince: ReadonlyMap<string, string>): string | null {
  const successTimes = silent.flatMap(({ last_success }) => last_success ?? []);
  return successTimes.sort().at(-1) ?? sinceFirst(silent, missedSince);
}

function timeLimit({ hard_limit_at, warned_at }: SessionView): Attention {
  const detail = localize(
    hard_limit_at === null
      ? overviewText('runs_longer')
      : overviewText('runs_longer_until', { end: hard_limit_at }),
  );
  return { code: 'time_limit', severity: 3, detail, since: warned_at };
}

const namedAtMost = 3;

function inWords(devices: readonly { readonly code: string; readonly last_error: Words | null }[]): string {
  const firstDevices = devices
    .slice(0, namedAtMost)
    .map(({ code, last_error }) =>
      last_error === null
        ? code
        : `${code}${localize(overviewText('separator_colon'))}${localize(last_error)}`,
    );
  const more = devices.length - firstDevices.length;
  const rest = more > 0 ? localize(overviewText('and_more', { more })) : '';
  return firstDevices.join(localize(overviewText('separator_semicolon'))) + rest;
}

function earliest(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).sort()[0] ?? null;
}
