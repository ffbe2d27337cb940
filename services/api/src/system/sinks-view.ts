import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import type { RefusedValues, RejectedSamples, SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { Backlog } from '../ports.ts';

/** Writers speak every 2 s, collectors every 5 s; one that was silent for so long is gone. */
const aliveWithinMs = 15_000;

export interface Told {
  readonly backlog: Backlog;
  readonly statuses: readonly SinkStatus[];
  readonly outboxes: readonly OutboxStatus[];
}

export function isAlive({ updated_at }: { readonly updated_at: string }, nowMs: number): boolean {
  return nowMs - Date.parse(updated_at) <= aliveWithinMs;
}

export function sinksView({ backlog, statuses, outboxes }: Told, nowMs: number): SinksView {
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
    ...stateOf(alive, messages),
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

function stateOf(alive: SinksView['writers'], messages: number): Pick<SinksView, 'status' | 'detail'> {
  if (alive.length === 0) {
    return { status: 'no_writer', detail: `no writer is alive; ${messages} samples wait in the stream` };
  }
  const refusals = alive.flatMap(({ refused }) => refused);
  const working = alive.filter(({ reachable, failing_since }) => reachable && failing_since === null);
  if (working.length > 0 && refusals.length > 0) {
    return { status: 'refusing', detail: `values of ${inWords(refusals)} go to quarantine` };
  }
  const turnedAway = strangersInWords(alive.flatMap(({ rejected }) => rejected));
  if (working.length === alive.length) return { status: 'ok', detail: `samples are written${turnedAway}` };
  const failing = alive.find((writer) => !working.includes(writer));
  const why = failing?.last_error?.message ?? 'the database does not answer';
  if (working.length > 0) {
    return {
      status: 'ok',
      detail: `${alive.length - working.length} of ${alive.length} writers cannot write: ${why}`,
    };
  }
  const since = failing?.failing_since ? ` since ${failing.failing_since}` : '';
  return { status: 'failing', detail: `samples cannot be written${since}: ${why}. They wait in the stream` };
}

/** Somebody speaks in another one's name, or an epoch was lost: nothing is wrong with the database. */
function strangersInWords(rejected: readonly RejectedSamples[]): string {
  const [last] = rejected.toSorted((a, b) => b.last.localeCompare(a.last));
  if (!last) return '';
  const more = rejected.length > 1 ? ` and ${rejected.length - 1} more` : '';
  const { session, source, reason } = last;
  return `, but not those of ${source} that name session ${session}${more}, which are not its holder's: ${reason}`;
}

const refusalsNamed = 3;

function inWords(refusals: readonly RefusedValues[]): string {
  const named = refusals
    .slice(0, refusalsNamed)
    .map(({ session, device, reason }) => `session ${session}, ${device} (${reason})`);
  const more = refusals.length - named.length;
  return named.join('; ') + (more > 0 ? ` and ${more} more devices` : '');
}
