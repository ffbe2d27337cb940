import type { CollectorsView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { RecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { Attention, SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { AttentionCode } from '@holdfast/shared/domain/attention/session-attention.ts';
import { isGone, isLate } from '../collectors/collector-state.ts';
import { deviceForAlike, severityOf, sinceOf } from '../devices/device-state.ts';
import type { Severity } from '../parts/mark.tsx';

/** Something that needs attention now. Its words, and the advice, depend on `kind`. */
export type Trouble = {
  readonly key: string;
  readonly severity: Severity;
  /** When it began, or null if unknown. */
  readonly since: string | null;
} & TroubleKind;

type Collector = CollectorsView['results'][number];

type TroubleKind =
  | {
      readonly kind: 'session';
      readonly session: SessionSummary;
      readonly attention: Attention;
      /** A device that stands for all devices of the session, because they fail alike. */
      readonly sharedDevice?: DeviceHealthView | undefined;
    }
  | { readonly kind: 'device'; readonly device: DeviceHealthView }
  | { readonly kind: 'missing'; readonly sessionId: string }
  | { readonly kind: 'unexpected'; readonly sessionId: string; readonly detail: string }
  | { readonly kind: 'log_damage'; readonly foundBy: string; readonly detail: string }
  | { readonly kind: 'broker' }
  | { readonly kind: 'no_collector' }
  | { readonly kind: 'lost' | 'silent' | 'late' | 'stuck'; readonly collector: Collector }
  | { readonly kind: 'release'; readonly collector: Collector; readonly api: string }
  | { readonly kind: 'sink'; readonly sinks: SinksView }
  | { readonly kind: 'stream'; readonly sinks: SinksView }
  | { readonly kind: 'spool'; readonly collector: string; readonly samples: number }
  | { readonly kind: 'quarantine'; readonly messages: number }
  | { readonly kind: 'audit'; readonly share: number };

/** The data from which troubles are found, or undefined if unknown, or not for this user to see. */
export interface PlantState {
  readonly sessions: readonly SessionSummary[] | undefined;
  readonly devices: readonly DeviceHealthView[] | undefined;
  readonly collectors: CollectorsView | undefined;
  readonly sinks: SinksView | undefined;
  readonly quarantined: { readonly messages: number; readonly since: string | null } | undefined;
  /** Used share of the audit log's room. */
  readonly auditShare?: number | undefined;
  readonly recovery: RecoveryView | undefined;
  readonly isBrokerAway: boolean;
  readonly nowMs: number;
}

/** Reasons that each device reports itself: on the session they would be repeated. */
const toldByDevices: ReadonlySet<AttentionCode> = new Set([
  'some_devices_failing',
  'points_failing',
  'overrun',
  'slow',
]);

/** Troubles of the system as a whole, which may cause others. */
const ofAll: ReadonlySet<Trouble['kind']> = new Set([
  ...(['broker', 'log_damage', 'no_collector', 'sink', 'stream'] as const),
]);

/** Everything that needs attention, the worst first; equally bad ones with those of the whole first, then the latest. */
export function troublesOf(state: PlantState): Trouble[] {
  const all = [
    ...ofRecovery(state),
    ...ofSessions(state),
    ...ofDevices(state),
    ...ofCollectors(state),
    ...ofStores(state),
  ];
  return all.sort(
    (one, other) =>
      one.severity - other.severity ||
      Number(ofAll.has(other.kind)) - Number(ofAll.has(one.kind)) ||
      (Date.parse(other.since ?? '') || 0) - (Date.parse(one.since ?? '') || 0),
  );
}

function ofSessions({ sessions = [], devices }: PlantState): Trouble[] {
  return sessions.flatMap((session) =>
    session.attention
      .filter(({ code }) => devices === undefined || !toldByDevices.has(code))
      .map((attention): Trouble => {
        const { severity, since, code } = attention;
        const sharedDevice = code === 'devices_failing' ? deviceForAll(session, devices) : undefined;
        const key = `session ${session.id} ${code}`;
        return { key, severity, since, kind: 'session', session, attention, sharedDevice };
      }),
  );
}

/** A device that stands for all, or undefined if they fail for several reasons, or some are not known. */
function deviceForAll(
  { id, devices: counts }: SessionSummary,
  devices: PlantState['devices'] = [],
): DeviceHealthView | undefined {
  const failing = devices.filter(({ session_id, condition }) => session_id === id && condition === 'failing');
  return failing.length === counts?.total ? deviceForAlike(failing) : undefined;
}

function ofDevices({ devices = [], sessions = [] }: PlantState): Trouble[] {
  // Where all devices fail, the session says so.
  const whole = new Set(
    sessions.flatMap(({ id, attention }) =>
      attention.some(({ code }) => code === 'devices_failing' || code === 'not_read') ? [id] : [],
    ),
  );
  return devices.flatMap((device): Trouble[] => {
    const { condition, session_id } = device;
    const severity = severityOf(condition);
    if (severity === undefined || whole.has(session_id)) return [];
    return [
      {
        key: `device ${session_id} ${device.device}`,
        severity,
        since: sinceOf(device),
        ...{ kind: 'device', device },
      },
    ];
  });
}

const stuckAfterMs = 10 * 60_000;

function ofCollectors({ collectors, nowMs }: PlantState): Trouble[] {
  if (collectors === undefined) return [];
  const { results, version } = collectors;
  const isUp = results.some(({ state }) => state === 'active' || state === 'draining' || state === 'drained');
  const of = (
    kind: 'lost' | 'silent' | 'late' | 'stuck',
    collector: Collector,
    severity: Severity,
    since: string | null,
  ): Trouble => ({ key: `${kind} ${collector.id}`, severity, since, kind, collector });
  const troubles = results.flatMap((each): Trouble[] => {
    const { state, state_since: since } = each;
    if (state === 'lost') return isGone(each, nowMs) ? [] : [of('lost', each, 2, since)];
    if (state === 'ended') return [];
    if (state === 'silent') return [of('silent', each, 2, each.last_heartbeat_at)];
    const isStuck = state === 'draining' && since !== null && nowMs - Date.parse(since) > stuckAfterMs;
    const isOther = each.version !== null && each.version !== version;
    return [
      ...(isStuck ? [of('stuck', each, 3, since)] : []),
      ...(isLate(each, nowMs) ? [of('late', each, 3, null)] : []),
      ...(isOther ? [release(each, version)] : []),
    ];
  });
  return isUp
    ? troubles
    : [{ key: 'no_collector', severity: 1, since: null, kind: 'no_collector' }, ...troubles];
}

function release(collector: Collector, api: string): Trouble {
  const { id, started_at: since } = collector;
  return { key: `release ${id}`, severity: 3, since, kind: 'release', collector, api };
}

/** The audit log's share from which to warn, which leaves time to export it or give it more room. */
const auditFullFrom = 0.8;

/** Samples that are on their way at any moment, and no trouble. */
const momentSamples = 100;

function ofStores({ sinks, quarantined, auditShare: share = 0 }: PlantState): Trouble[] {
  const troubles: Trouble[] = [];
  if (share >= auditFullFrom) troubles.push({ key: 'audit', severity: 2, since: null, kind: 'audit', share });
  if (quarantined && quarantined.messages > 0) {
    const { messages, since } = quarantined;
    troubles.push({ key: 'quarantine', severity: 3, since, kind: 'quarantine', messages });
  }
  if (sinks === undefined) return troubles;
  const { status, backlog, writers, collectors } = sinks;
  const alive = writers.filter(({ is_alive }) => is_alive);
  if (status !== 'ok') {
    const began =
      status === 'no_writer'
        ? [
            writers
              .map(({ updated_at }) => updated_at)
              .sort()
              .at(-1),
          ]
        : status === 'failing'
          ? alive.map(({ failing_since }) => failing_since)
          : alive.flatMap(({ refused }) => refused.map((each) => each.since));
    const since = began.filter((time) => time != null).sort()[0] ?? backlog.oldest;
    troubles.push({ key: 'sink', severity: status === 'refusing' ? 2 : 1, since, kind: 'sink', sinks });
  }
  if (backlog.warning !== null) {
    const severity = backlog.warning === 'almost_full' ? 1 : 2;
    troubles.push({ key: 'stream', severity, since: backlog.oldest, kind: 'stream', sinks });
  }
  for (const { collector, spooled_samples, waiting_in_memory, is_alive } of collectors) {
    const samples = spooled_samples + waiting_in_memory;
    if (is_alive && samples > momentSamples)
      troubles.push({
        key: `spool ${collector}`,
        severity: 3,
        since: null,
        kind: 'spool',
        collector,
        samples,
      });
  }
  return troubles;
}

function ofRecovery({ recovery, sessions, isBrokerAway }: PlantState): Trouble[] {
  const troubles: Trouble[] = isBrokerAway
    ? [{ key: 'broker', severity: 1, since: null, kind: 'broker' }]
    : [];
  if (recovery === undefined) return troubles;
  for (const { found_by: foundBy, detail } of recovery.log_damage) {
    troubles.push({ key: `log ${foundBy}`, severity: 1, since: null, kind: 'log_damage', foundBy, detail });
  }
  const sessionsShown = new Set(
    sessions?.filter(({ attention }) => attention.length > 0).map(({ id }) => id),
  );
  for (const sessionId of recovery.missing_sessions) {
    if (!sessionsShown.has(sessionId))
      troubles.push({ key: `missing ${sessionId}`, severity: 1, since: null, kind: 'missing', sessionId });
  }
  for (const { session_id: sessionId, detail } of recovery.unexpected_sessions) {
    const key = `unexpected ${sessionId}`;
    troubles.push({ key, severity: 2, since: null, kind: 'unexpected', sessionId, detail });
  }
  return troubles;
}
