import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type {
  Attention,
  DevicesSummary,
  SessionCounts,
} from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { AccountingSources } from '../accounting/account-for-session.ts';
import { type PollingPlan, planIfKnown } from '../configuration/polling-plans.ts';
import type { LiveStatus } from '../sessions/live-status/live-status.ts';
import type { WaitingNotices } from '../sessions/live-status/waiting-notices.ts';
import { sessionView } from '../sessions/queries/session-view.ts';
import type { RecentRecovery } from '../sessions/recovery/recent-recovery.ts';
import { devicesSummary } from './devices-summary.ts';
import { attentionOf } from './session-attention.ts';
import { type SummaryFilter, type SummaryRow, summaryRows } from './summary-rows.ts';

export interface SeenSources {
  readonly accounting: Pick<AccountingSources, 'database' | 'plans'>;
  readonly liveStatus: Pick<LiveStatus, 'lastWord' | 'valuesPerSecond'>;
  readonly waiting: Pick<WaitingNotices, 'of'>;
  readonly recovery: () => Promise<RecentRecovery | undefined>;
}

/** A row with what is known of it without counting ticks. */
export interface Seen {
  readonly row: SummaryRow;
  readonly view: SessionView;
  readonly attention: readonly Attention[];
  /** Its plan while it runs, if its configuration is known. */
  readonly plan: PollingPlan | undefined;
  readonly devices: DevicesSummary | null;
  readonly word: SessionLiveStatus | undefined;
  readonly valuesNow: number | null;
}

/** Sessions that are current, and all of these statuses besides. @throws DatabaseUnavailable */
export async function seeSessions(
  sources: SeenSources,
  filter: SummaryFilter,
  statuses?: readonly SessionStatus[],
): Promise<{
  readonly seen: readonly Seen[];
  readonly stopped: number;
  readonly leftOut: number;
  readonly brokerWasAsked: boolean;
}> {
  const { accounting, recovery } = sources;
  const [{ rows, stopped, leftOut }, compared] = await Promise.all([
    summaryRows(accounting.database, filter, statuses),
    recovery(),
  ]);
  await accounting.plans.prepare(rows);
  const now = new Date();
  const seen: Seen[] = [];
  for (const row of rows) seen.push(await see(sources, row, { now, compared }));
  return { seen, stopped, leftOut, brokerWasAsked: compared !== undefined };
}

export function sessionCounts(current: readonly Seen[], stopped: number): SessionCounts {
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

async function see(
  { accounting, liveStatus, waiting }: SeenSources,
  row: SummaryRow,
  { now, compared }: { readonly now: Date; readonly compared: RecentRecovery | undefined },
): Promise<Seen> {
  const view = sessionView(row, now, waiting.of(row));
  const isRunning = row.status === 'running';
  const lastWord = liveStatus.lastWord(row.task_id);
  const word = lastWord?.session === row.session_id ? lastWord : undefined;
  const plan = isRunning ? await planIfKnown(accounting.plans, row) : undefined;
  const health = (isRunning && word?.device_health) || {};
  const devices = plan
    ? devicesSummary(
        plan.devices.map(({ code }) => code),
        health,
      )
    : null;
  const attention = attentionOf({
    session: view,
    isLatest: row.is_latest,
    compared: compared?.sessions.get(row.session_id),
    devices,
    health,
  });
  const valuesNow = isRunning && word ? rounded(liveStatus.valuesPerSecond(row.task_id)) : null;
  return { row, view, attention, plan, devices, word, valuesNow };
}

function rounded(perSecond: number | undefined): number | null {
  return perSecond === undefined ? null : Math.round(perSecond * 100) / 100;
}
