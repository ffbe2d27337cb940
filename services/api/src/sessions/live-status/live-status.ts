import type { DeviceHealth, SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import { sql } from 'kysely';
import type { Database } from '../../database/open-database.ts';
import { ReadingRates } from './reading-rates.ts';
import { type CounterRow, type LiveTotals, sumCounters } from './sum-counters.ts';

/** Hands over every present live status and then every change; returns a function that ends the watch. */
export type WatchStatuses = (
  onStatus: (taskId: string, status: SessionLiveStatus) => void,
) => Promise<() => void>;

export interface LiveStatus {
  /** Begins a watch that replaces the former one; called again after every reconnect. */
  watch(statuses: WatchStatuses): Promise<void>;
  totals(sessionId: string): Promise<LiveTotals>;
  /** The last status from the holder of the task's session that has reached this process. */
  lastWord(taskId: number): SessionLiveStatus | undefined;
  /** The same for every task. */
  lastWords(): Iterable<SessionLiveStatus>;
  /** Values per second that the task's session has read lately, or undefined while unknown. */
  valuesPerSecond(taskId: number): number | undefined;
  /** Also stores what is not stored yet, if the database is there. */
  stop: Stop;
}

const rowsPerStatement = 1_000;

/**
 * Keeps counters and device health of sessions. Collectors rewrite them in the STATUS bucket every few seconds and
 * start at zero with each process and epoch, so the last status of each is stored in PostgreSQL, where it
 * outlives both broker and collectors.
 */
export function startLiveStatus(options: {
  database: Database;
  log: Logger;
  flushIntervalMs: number;
}): LiveStatus {
  const { database, log } = options;
  /** The latest row of each task, for answers that are fresher than the last flush. */
  const latest = new Map<string, CounterRow>();
  const words = new Map<string, SessionLiveStatus>();
  const rates = new ReadingRates();
  let unsaved = new Map<string, CounterRow>();
  let stopWatch: (() => void) | undefined;
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'counters of sessions cannot be stored now; trying again',
  });

  const onStatus = (taskId: string, status: SessionLiveStatus) => {
    const row = counterRow(status);
    // The status of a former holder stays in the bucket next to that of the present one.
    if (!row || status.epoch < (words.get(taskId)?.epoch ?? 0)) return;
    latest.set(taskId, row);
    words.set(taskId, status);
    rates.note(taskId, status);
    unsaved.set(keyOf(row), row);
  };

  const flush = async (): Promise<void> => {
    const rows = [...unsaved.values()];
    unsaved = new Map();
    for (let from = 0; from < rows.length; from += rowsPerStatement) {
      try {
        await upsertCounters(database, rows.slice(from, from + rowsPerStatement));
      } catch (error) {
        // Entries that came in meanwhile are newer and stay.
        for (const row of rows.slice(from)) if (!unsaved.has(keyOf(row))) unsaved.set(keyOf(row), row);
        throw error;
      }
    }
  };
  const stopFlushing = regularly({ everyMs: options.flushIntervalMs, outage }, flush);

  return {
    watch: async (statuses) => {
      stopWatch?.();
      stopWatch = undefined;
      stopWatch = await statuses(onStatus);
    },
    totals: async (sessionId) => {
      const storedRows = await database
        .selectFrom('session_counters')
        .selectAll()
        .where('session_id', '=', sessionId)
        .execute();
      const rows = new Map<string, CounterRow>();
      const fresher = [...latest.values()].filter((row) => row.session_id === sessionId);
      for (const row of [...(storedRows as CounterRow[]), ...fresher]) {
        const current = rows.get(keyOf(row));
        if (!current || current.updated_at < row.updated_at) rows.set(keyOf(row), row);
      }
      return sumCounters([...rows.values()]);
    },
    lastWord: (taskId) => words.get(String(taskId)),
    lastWords: () => words.values(),
    valuesPerSecond: (taskId) => rates.perSecond(String(taskId)),
    stop: async () => {
      stopWatch?.();
      await stopFlushing();
      await flush().catch((error: unknown) => outage.failed(error));
    },
  };
}

function keyOf({ session_id, epoch, instance }: CounterRow): string {
  return `${session_id}/${epoch}/${instance}`;
}

function counterRow(status: SessionLiveStatus): CounterRow | undefined {
  const updatedAt = new Date(status.updated_at);
  if (Number.isNaN(updatedAt.getTime())) return undefined;
  const lastRead = status.last_read_time === null ? null : new Date(status.last_read_time);
  return {
    session_id: status.session,
    epoch: status.epoch,
    instance: status.instance,
    points_read: status.points_read,
    error_count: status.error_count,
    last_read_time: lastRead && !Number.isNaN(lastRead.getTime()) ? lastRead : null,
    device_health: status.device_health as Record<string, DeviceHealth>,
    updated_at: updatedAt,
  };
}

async function upsertCounters(database: Database, rows: readonly CounterRow[]): Promise<void> {
  await database
    .insertInto('session_counters')
    .values(rows.map((row) => ({ ...row, device_health: JSON.stringify(row.device_health) })))
    .onConflict((conflict) =>
      conflict
        .columns(['session_id', 'epoch', 'instance'])
        .doUpdateSet((row) => ({
          points_read: row.ref('excluded.points_read'),
          error_count: row.ref('excluded.error_count'),
          last_read_time: row.ref('excluded.last_read_time'),
          device_health: row.ref('excluded.device_health'),
          updated_at: row.ref('excluded.updated_at'),
        }))
        // Every API process stores these rows; a slower one must not bring back older values.
        .where(sql<boolean>`excluded.updated_at > session_counters.updated_at`),
    )
    .execute();
}
