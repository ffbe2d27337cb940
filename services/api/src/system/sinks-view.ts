import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import type { RefusedValues, RejectedSamples, SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { Backlog } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { systemText } from './texts.ts';

/** Writers speak every 2 s, collectors every 5 s; one that is silent for this long counts as gone. */
const aliveWithinMs = 15_000;

export interface SinkReports {
  readonly backlog: Backlog;
  readonly statuses: readonly SinkStatus[];
  readonly outboxes: readonly OutboxStatus[];
}

type State = Pick<SinksView, 'status' | 'detail'>;

export function isAlive({ updated_at }: { readonly updated_at: string }, nowMs: number): boolean {
  return nowMs - Date.parse(updated_at) <= aliveWithinMs;
}

export function sinksView({ backlog, statuses, outboxes }: SinkReports, nowMs: number): SinksView {
  const withLife = <T extends { readonly v: 1; readonly updated_at: string }>({ v: _, ...status }: T) => ({
    ...status,
    is_alive: isAlive(status, nowMs),
  });
  const writers = statuses.map(withLife);
  const alive = writers.filter(({ is_alive }) => is_alive);
  const sum = (field: 'samples_per_s' | 'values_per_s' | 'failed_writes') =>
    alive.reduce((total, writer) => total + writer[field], 0);
  const [lastError] = alive
    .flatMap(({ last_error }) => (last_error ? [last_error] : []))
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
  const { oldestMs, shareOfStream, settledSequence } = backlog;
  const messages = backlog.waiting + backlog.inHand;
  return {
    ...stateOf(alive),
    ...(alive.length === 0 && {
      detail: localize(systemText('no_writer_is_alive_samples_wait', { messages })),
    }),
    backlog: {
      messages,
      in_hand: backlog.inHand,
      bytes: backlog.bytes,
      seconds: messages === 0 ? 0 : oldestMs === undefined ? null : Math.max(0, nowMs - oldestMs) / 1_000,
      oldest: oldestMs === undefined ? null : new Date(oldestMs).toISOString(),
      share_of_stream: shareOfStream,
      settled_sequence: settledSequence,
      warning: shareOfStream >= 0.8 ? 'almost_full' : shareOfStream >= 0.5 ? 'half_full' : null,
    },
    samples_per_s: sum('samples_per_s'),
    values_per_s: sum('values_per_s'),
    failed_writes: sum('failed_writes'),
    last_error: lastError ?? null,
    writers,
    collectors: outboxes.map(({ load: _, ...outbox }) => withLife(outbox)),
  };
}

/** The state of the writers without the number of waiting samples, which changes all the time. */
export function sinkState(statuses: readonly SinkStatus[], nowMs: number): State {
  return stateOf(statuses.filter((status) => isAlive(status, nowMs)));
}

function stateOf(alive: readonly Omit<SinkStatus, 'v'>[]): State {
  if (alive.length === 0) return { status: 'no_writer', detail: localize(systemText('no_writer_is_alive')) };
  const refusals = alive.flatMap(({ refused }) => refused);
  const working = alive.filter(({ reachable, failing_since }) => reachable && failing_since === null);
  if (working.length > 0 && refusals.length > 0) {
    return {
      status: 'refusing',
      detail: localize(systemText('values_of_go_to_quarantine', { refusals: inWords(refusals) })),
    };
  }
  const turnedAway = strangersInWords(alive.flatMap(({ rejected }) => rejected));
  if (working.length === alive.length)
    return { status: 'ok', detail: localize(systemText('samples_are_written')) + turnedAway };
  const failing = alive.find((writer) => !working.includes(writer));
  const why = failing?.last_error?.message ?? localize(systemText('the_database_does_not_answer'));
  if (working.length > 0) {
    return {
      status: 'ok',
      detail: localize(
        systemText('of_writers_cannot_write', {
          count: alive.length - working.length,
          total: alive.length,
          why,
        }),
      ),
    };
  }
  const since = failing?.failing_since;
  return {
    status: 'failing',
    detail: localize(
      since
        ? systemText('cannot_be_written_since', { since, why })
        : systemText('cannot_be_written', { why }),
    ),
  };
}

/** In words: a collector speaks in another's name, or an epoch was lost. Nothing is wrong with the database. */
function strangersInWords(rejected: readonly RejectedSamples[]): string {
  const [last] = rejected.toSorted((a, b) => b.last.localeCompare(a.last));
  if (!last) return '';
  const others = rejected.length - 1;
  const { session, source, reason } = last;
  return localize(
    others > 0
      ? systemText('but_not_those_of_and_more', { source, session, others, reason })
      : systemText('but_not_those_of', { source, session, reason }),
  );
}

const refusalsNamed = 3;

function inWords(refusals: readonly RefusedValues[]): string {
  const firstRefusals = refusals
    .slice(0, refusalsNamed)
    .map(({ session, device, reason }) => localize(systemText('session', { session, device, reason })));
  const more = refusals.length - firstRefusals.length;
  const rest = more > 0 ? localize(systemText('and_more_devices', { more })) : '';
  return firstRefusals.join(localize(systemText('semicolon'))) + rest;
}
