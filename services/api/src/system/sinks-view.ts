import type { SinksView } from '@holdfast/shared/contracts/http/system-http.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import type { RefusedValues, RejectedSamples, SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { Backlog } from '../ports.ts';
import { said } from '../problems/said.ts';

/** Writers speak every 2 s, collectors every 5 s; one that is silent for so long counts as gone. */
const aliveWithinMs = 15_000;

export interface SinkReports {
  readonly backlog: Backlog;
  readonly statuses: readonly SinkStatus[];
  readonly outboxes: readonly OutboxStatus[];
}

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
    return {
      status: 'no_writer',
      detail: said(
        `no writer is alive; ${messages} samples wait in the stream`,
        `没有在线的写入服务；${messages} 次采样在消息流中等待`,
      ),
    };
  }
  const refusals = alive.flatMap(({ refused }) => refused);
  const working = alive.filter(({ reachable, failing_since }) => reachable && failing_since === null);
  if (working.length > 0 && refusals.length > 0) {
    return {
      status: 'refusing',
      detail: said(
        `values of ${inWords(refusals)} go to quarantine`,
        `${inWords(refusals)} 的数值进入隔离区`,
      ),
    };
  }
  const turnedAway = strangersInWords(alive.flatMap(({ rejected }) => rejected));
  if (working.length === alive.length)
    return { status: 'ok', detail: said('samples are written', '采样写入正常') + turnedAway };
  const failing = alive.find((writer) => !working.includes(writer));
  const why = failing?.last_error?.message ?? said('the database does not answer', '数据库没有应答');
  if (working.length > 0) {
    return {
      status: 'ok',
      detail: said(
        `${alive.length - working.length} of ${alive.length} writers cannot write: ${why}`,
        `${alive.length} 个写入服务中有 ${alive.length - working.length} 个无法写入：${why}`,
      ),
    };
  }
  const since = failing?.failing_since;
  return {
    status: 'failing',
    detail: said(
      `samples cannot be written${since ? ` since ${since}` : ''}: ${why}. They wait in the stream`,
      `${since ? `自 ${since} 起` : ''}无法写入采样：${why}。采样在消息流中等待`,
    ),
  };
}

/** In words: a collector speaks in another's name, or an epoch was lost. Nothing is wrong with the database. */
function strangersInWords(rejected: readonly RejectedSamples[]): string {
  const [last] = rejected.toSorted((a, b) => b.last.localeCompare(a.last));
  if (!last) return '';
  const others = rejected.length - 1;
  const { session, source, reason } = last;
  return said(
    `, but not those of ${source} that name session ${session}${others > 0 ? ` and ${others} more` : ''}, which are not its holder's: ${reason}`,
    `，但 ${source} 以会话 ${session}${others > 0 ? `（另有 ${others} 个）` : ''}名义发送的除外，它并非其持有者：${reason}`,
  );
}

const refusalsNamed = 3;

function inWords(refusals: readonly RefusedValues[]): string {
  const firstRefusals = refusals
    .slice(0, refusalsNamed)
    .map(({ session, device, reason }) =>
      said(`session ${session}, ${device} (${reason})`, `会话 ${session} 的 ${device}（${reason}）`),
    );
  const more = refusals.length - firstRefusals.length;
  const rest = more > 0 ? said(` and ${more} more devices`, `，另有 ${more} 台设备`) : '';
  return firstRefusals.join(said('; ', '；')) + rest;
}
