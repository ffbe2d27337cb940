import type { DeviceOfSession } from '@holdfast/sample-store/tick-coverage.ts';
import type { SessionRecoveryView } from '@holdfast/shared/contracts/http/recovery-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type {
  Attention,
  DevicesSummary,
  SessionCounts,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { DeviceHealth, SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { attentionOf } from '@holdfast/shared/domain/attention/session-attention.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { findPlan, type PollingPlan } from '../../configuration/polling-plans.ts';
import type { LiveStatus } from '../../sessions/live-status/live-status.ts';
import { isUnheard } from '../../sessions/live-status/sum-counters.ts';
import type { WaitingNotices } from '../../sessions/live-status/waiting-notices.ts';
import { sessionView } from '../../sessions/queries/session-view.ts';
import type { RecentRecovery } from '../../sessions/recovery/recent-recovery.ts';
import { presentShare, type SessionShare } from '../../sessions/session-share.ts';
import { storingOf } from '../../sessions/storing/storing-of-sessions.ts';
import type { AccountingSources } from '../accounting/account-for-session.ts';
import { attentionInWords } from './attention-words.ts';
import { devicesSummary } from './devices-summary.ts';
import type { FindRecord, LastGood } from './last-good.ts';
import type { SummaryRow } from './summary-rows.ts';

export interface SessionInBriefSources {
  readonly accounting: Pick<AccountingSources, 'database' | 'plans'>;
  readonly liveStatus: Pick<LiveStatus, 'lastWord' | 'valuesPerSecond'>;
  readonly waiting: Pick<WaitingNotices, 'of'>;
  readonly recovery: () => Promise<RecentRecovery | undefined>;
  readonly lastGood: LastGood;
}

/** A session's row, with what is known about it without counting ticks. */
export interface SessionInBrief {
  readonly row: SummaryRow;
  readonly view: SessionView;
  readonly attention: readonly Attention[];
  /** The session's plan while it runs, if its configuration is known. */
  readonly plan: PollingPlan | undefined;
  readonly devices: DevicesSummary | null;
  readonly word: SessionLiveStatus | undefined;
  /** Health of the session's devices by code, while it runs, with the last success under any holder. */
  readonly health: Readonly<Record<string, DeviceHealth>>;
  /** Since when never-read devices have been missed, by code. */
  readonly missedSince: ReadonlyMap<string, string>;
  readonly valuesNow: number | null;
}

/** @throws DatabaseUnavailable */
export async function sessionsInBrief(
  sources: SessionInBriefSources,
  rows: readonly SummaryRow[],
  sites: GrantedSites,
): Promise<{ readonly inBrief: readonly SessionInBrief[]; readonly brokerWasAsked: boolean }> {
  const { accounting, recovery } = sources;
  const words = new Map(rows.map((row) => [row.session_id, wordOf(sources, row)]));
  const [compared, onRecord] = await Promise.all([
    recovery(),
    sources.lastGood([...words].flatMap(([id, word]) => unheard(id, word))),
    accounting.plans.prepare(rows),
  ]);
  const now = new Date();
  const inBrief: SessionInBrief[] = [];
  for (const row of rows) {
    const word = words.get(row.session_id);
    inBrief.push(await sessionInBrief(sources, row, { now, compared, word, onRecord, sites }));
  }
  return { inBrief, brokerWasAsked: compared !== undefined };
}

export function sessionCounts(current: readonly SessionInBrief[], stopped: number): SessionCounts {
  const of = (status: SessionStatus) => current.filter(({ row }) => row.status === status).length;
  return {
    all: current.length,
    attention: current.filter(({ attention }) => attention.length > 0).length,
    running: of('running'),
    paused: of('paused'),
    error: of('error'),
    silent: current.filter(({ attention }) => attention.some(({ severity }) => severity === 1)).length,
    waiting: current.filter(({ view }) => view.placement && view.placement.state !== 'placed').length,
    stopped,
  };
}

function wordOf({ liveStatus }: SessionInBriefSources, row: SummaryRow): SessionLiveStatus | undefined {
  const word = liveStatus.lastWord(row.task_id);
  return word?.session === row.session_id ? word : undefined;
}

function unheard(sessionId: string, word: SessionLiveStatus | undefined): DeviceOfSession[] {
  return Object.entries(word?.device_health ?? {})
    .filter(([, health]) => isUnheard(health))
    .map(([deviceCode]) => ({ sessionId, deviceCode }));
}

interface Background {
  readonly now: Date;
  readonly compared: RecentRecovery | undefined;
  readonly word: SessionLiveStatus | undefined;
  readonly onRecord: FindRecord;
  readonly sites: GrantedSites;
}

async function sessionInBrief(
  { accounting, liveStatus, waiting }: SessionInBriefSources,
  row: SummaryRow,
  { now, compared, word, onRecord, sites }: Background,
): Promise<SessionInBrief> {
  const isRunning = row.status === 'running';
  const whole = isRunning ? await findPlan(accounting.plans, row) : undefined;
  const share = presentShare(row, whole, sites);
  const view = sessionView(row, now, waiting.of(row), share.isWhole);
  const plan = whole && { ...whole, devices: whole.devices.filter(({ code }) => share.has(code)) };
  const { health, missedSince } = healthOf(row.session_id, isRunning ? word : undefined, { onRecord, share });
  const devices = plan
    ? devicesSummary(
        plan.devices.map(({ code }) => code),
        health,
      )
    : null;
  const attention = attentionOf({
    session: view,
    isLatest: row.is_latest,
    compared: shownComparison(compared?.sessions.get(row.session_id), {
      // The last word of its collector may be of a former version.
      isWhole: share.isWhole && Object.keys(word?.device_health ?? {}).every(share.has),
      has: share.has,
    }),
    devices,
    health,
    missedSince,
  }).map(attentionInWords);
  const valuesNow = isRunning && word ? rounded(liveStatus.valuesPerSecond(row.task_id)) : null;
  return { row, view, attention, plan, devices, word, health, missedSince, valuesNow };
}

/** The comparison of the whole session, without words that may name devices that the caller may not see. */
function shownComparison(
  compared: SessionRecoveryView | undefined,
  { isWhole, has }: SessionShare,
): SessionRecoveryView | undefined {
  if (!compared) return undefined;
  const storing = storingOf(compared.storing, has);
  if (isWhole && storing === compared.storing) return compared;
  return { ...compared, storing, disagreements: [] };
}

function healthOf(
  sessionId: string,
  word: SessionLiveStatus | undefined,
  { onRecord, share }: { readonly onRecord: FindRecord; readonly share: SessionShare },
): Pick<SessionInBrief, 'health' | 'missedSince'> {
  const all = Object.entries(word?.device_health ?? {});
  const health = Object.fromEntries(all.filter(([code]) => share.has(code)));
  const missedSince = new Map<string, string>();
  for (const [code, own] of Object.entries(health)) {
    const record = isUnheard(own) ? onRecord(sessionId, code) : undefined;
    if (!record) continue;
    if (record.lastGood === null) missedSince.set(code, record.first);
    else health[code] = { ...own, last_success: record.lastGood };
  }
  return { health, missedSince };
}

function rounded(perSecond: number | undefined): number | null {
  return perSecond === undefined ? null : Math.round(perSecond * 100) / 100;
}
