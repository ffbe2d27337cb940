import type { Overview } from '@holdfast/shared/contracts/http/overview-http.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import {
  type AuditStreams,
  BrokerUnavailable,
  type CollectorRecord,
  type Collectors,
  type QuarantineStore,
  type Sinks,
} from '../../ports.ts';
import { localize, spokenLanguage } from '../../problems/localize.ts';
import type { WaitingNotices } from '../../sessions/live-status/waiting-notices.ts';
import type { LogGuard } from '../../sessions/projection/log-guard.ts';
import { logDamageOf } from '../../sessions/recovery/recovery-view.ts';
import { missedSince } from '../../system/collectors-view.ts';
import { sinksView } from '../../system/sinks-view.ts';
import { type SessionInBriefSources, sessionCounts, sessionsInBrief } from './sessions-in-brief.ts';
import { summaryRows } from './summary-rows.ts';
import { overviewText } from './texts.ts';
import { type CountTicksOfDay, neverDeliveredIn } from './ticks-of-day.ts';

export interface OverviewSources extends SessionInBriefSources {
  readonly ticksOfDay: CountTicksOfDay;
  readonly collectors: Pick<Collectors, 'list'>;
  readonly sinks: Sinks;
  readonly quarantine: Pick<QuarantineStore, 'count'>;
  readonly audit: Pick<AuditStreams, 'bounds'>;
  readonly waiting: Pick<WaitingNotices, 'of' | 'logDamages'>;
  readonly logGuard: Pick<LogGuard, 'damage'>;
  readonly timeZone: string;
  readonly version: string;
}

const freshMs = 1_000;
const dayMs = 86_400_000;
const keptAtMost = 200;

const brokerNotAsked = () => ({
  what: 'broker' as const,
  detail: localize(overviewText('nats_does_not_answer_now_collectors')),
});

const storeNotAsked = () => ({
  what: 'store' as const,
  detail: localize(overviewText('the_database_of_the_samples_does')),
});

/** The whole system in one answer, at most a second old and shared by callers who may see the same. */
export function overviewOf(sources: OverviewSources): (sites: GrantedSites) => Promise<Overview> {
  const lastByCaller = new Map<string, { readonly atMs: number; readonly view: Promise<Overview> }>();
  return (sites) => {
    const key = `${spokenLanguage()} ${JSON.stringify(sites)}`;
    const nowMs = performance.now();
    const last = lastByCaller.get(key);
    if (last && nowMs - last.atMs <= freshMs) return last.view;
    const view = overview(sources, sites);
    if (lastByCaller.size >= keptAtMost) lastByCaller.clear();
    lastByCaller.set(key, { atMs: nowMs, view });
    // A failure is not shared with the next caller.
    view.catch(() => lastByCaller.delete(key));
    return view;
  };
}

async function overview(sources: OverviewSources, sites: GrantedSites): Promise<Overview> {
  const { accounting, timeZone, version } = sources;
  const isEverywhere = sites === 'everywhere';
  const { rows, stopped } = await summaryRows(accounting.database, { sites });
  // Asked in parallel: while the store of samples hangs, each waits for it.
  const [{ inBrief: current, brokerWasAsked }, ticks, ofAllSites] = await Promise.all([
    sessionsInBrief(sources, rows, sites),
    sources.ticksOfDay({ sites }, rows),
    isEverywhere ? askBroker(sources) : nothing,
  ]);
  const devices = { total: 0, healthy: 0, slow: 0, partly: 0, failing: 0, unknown: 0 };
  for (const { devices: counted } of current) {
    if (!counted) continue;
    for (const each of Object.keys(devices) as (keyof typeof devices)[]) devices[each] += counted[each];
  }
  const running = current.filter(({ row }) => row.status === 'running');
  const sum = (numbers: readonly (number | null)[]) =>
    Math.round(numbers.reduce<number>((total, each) => total + (each ?? 0), 0) * 100) / 100;
  const wasAsked = brokerWasAsked && (!isEverywhere || ofAllSites.sinks !== null);
  return {
    as_of: new Date().toISOString(),
    version,
    time_zone: timeZone,
    sessions: sessionCounts(current, stopped),
    devices,
    ticks: ticks && { from: ticks.from, to: ticks.to, expected: ticks.expected, stored: ticks.stored },
    // Only running sessions, whose devices are those in the list of devices.
    never_delivered: ticks && neverDeliveredIn(running.map(({ row }) => ticks.of(row.session_id))),
    values_per_s: {
      now: sum(running.map(({ valuesNow }) => valuesNow)),
      planned: sum(running.map(({ row }) => row.values_per_s)),
    },
    ...ofAllSites,
    log_damage: logDamageOf(sources),
    not_asked: [...(wasAsked ? [] : [brokerNotAsked()]), ...(ticks === null ? [storeNotAsked()] : [])],
  };
}

type OfAllSites = Pick<Overview, 'collectors' | 'sinks' | 'quarantine' | 'audit'>;
const nothing: OfAllSites = { collectors: null, sinks: null, quarantine: null, audit: null };

async function askBroker({ collectors, sinks, quarantine, audit }: OverviewSources): Promise<OfAllSites> {
  try {
    const [listing, backlog, statuses, messages, { shareOfStream }] = await Promise.all([
      collectors.list(),
      sinks.backlog(),
      sinks.statuses(),
      quarantine.count(),
      audit.bounds(streamNames.audit),
    ]);
    const nowMs = Date.now();
    const of = (state: (typeof listing)[number]['state']) =>
      listing.filter(
        (each) => each.state === state && (state === 'given_up' || missedSince(each, nowMs) === undefined),
      );
    const view = sinksView({ backlog, statuses, outboxes: [] }, Date.now());
    return {
      collectors: {
        active: of('active').length,
        draining: of('draining').length,
        given_up: of('given_up').length,
        lost: listing.filter((each) => isMissed(each, nowMs)).length,
        capacity: of('active').reduce((total, { capacity }) => total + capacity, 0),
      },
      sinks: {
        status: view.status,
        detail: view.detail,
        backlog_messages: view.backlog.messages,
        lag_seconds: view.backlog.seconds,
        share_of_stream: view.backlog.share_of_stream,
      },
      quarantine: { messages },
      audit: { share_of_stream: shareOfStream },
    };
  } catch (error) {
    if (error instanceof BrokerUnavailable) return nothing;
    throw error;
  }
}

/** Whether a collector is missed; one that has not come back for a day no longer is. */
function isMissed(collector: CollectorRecord, nowMs: number): boolean {
  const since = missedSince(collector, nowMs);
  return since !== undefined && nowMs - Date.parse(since) < dayMs;
}
