import type { DecodedSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { PlacementEvent } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionEvent } from '@holdfast/shared/domain/session/events.ts';
import { writtenWords } from '@holdfast/texts/bounded-text.ts';
import type { Words } from '@holdfast/texts/text.ts';
import { placementDetail } from './placement-words.ts';
import { type SessionRow, startedRow, unplaced } from './read-model-rows.ts';

type ReadableEvent = Exclude<DecodedSessionEvent, { kind: 'unreadable' }>;

/**
 * Returns a session's row after one more of its events, or undefined while no session is known by it. It never
 * refuses an event: history already happened.
 */
export function projectEvent(
  row: SessionRow | undefined,
  decoded: ReadableEvent,
  sequence: number,
): SessionRow | undefined {
  const time = new Date(decoded.metadata.time);
  if (decoded.kind === 'lifecycle') return projectLifecycle(row, decoded.event, sequence, time);
  if (!row) return undefined;
  const next = { ...row, last_sequence: sequence };
  if (decoded.kind === 'warning') return projectWarning(next, time);
  return projectPlacement(next, decoded.event, sequence, time);
}

/** Projects a lifecycle event. A pause, stop, failure or recovery ends the placement without an event for that. */
function projectLifecycle(
  row: SessionRow | undefined,
  event: SessionEvent,
  sequence: number,
  time: Date,
): SessionRow {
  const started: SessionRow = {
    ...startedRow(event, time),
    // Only the first event holds the metadata; a log whose beginning cannot be read has none.
    metadata: row?.metadata ?? {},
    warned_at: row?.warned_at ?? null,
    first_sequence: row?.first_sequence ?? sequence,
    last_sequence: sequence,
  };
  switch (event.type) {
    case 'session.started':
      return waiting({ ...started, metadata: event.metadata }, time, placementDetail('waiting'));
    case 'session.resumed':
      return waiting(started, time, placementDetail(`resumed.${event.reason}`));
    case 'session.reconfigured': {
      // The session continues where it is.
      const { collector_id, epoch, placement_state, placement_since, placement_detail } = row ?? unplaced;
      const placement = { collector_id, epoch, placement_state, placement_since };
      // Why it waits was about the configuration before.
      const detail = placement_state === 'placed' ? placement_detail : placementDetail('waiting');
      return { ...started, ...placement, placement_detail: detail, status: event.status };
    }
    case 'session.paused':
      return { ...started, status: 'paused' };
    case 'session.stopped':
      return {
        ...started,
        status: 'stopped',
        stopped_at: time,
        stopped_by: event.by,
        stop_reason: event.reason,
      };
    case 'session.failed':
      return {
        ...started,
        status: 'error',
        stopped_at: time,
        error_message: writtenWords(event.reason as Words),
        error_cause: event.cause ?? 'permanent',
        error_attempt: event.attempt ?? 0,
      };
    default:
      return event satisfies never;
  }
}

function projectPlacement(row: SessionRow, event: PlacementEvent, sequence: number, time: Date): SessionRow {
  // An assignment that lost the race against a pause or a stop gives no right to poll.
  if (row.status !== 'running') return row;
  switch (event.type) {
    case 'session.assigned':
      return {
        ...row,
        collector_id: event.collectorId,
        epoch: sequence,
        placement_state: 'placed',
        placement_since: time,
        placement_detail: placementDetail(`assigned.${event.reason}`),
      };
    case 'session.released':
      return {
        ...waiting(
          row,
          time,
          event.reason === 'refused'
            ? writtenWords(event.detail as Words)
            : placementDetail(`released.${event.reason}`),
        ),
        placement_state: event.reason === 'recovery_disabled' ? 'awaiting_recovery' : 'waiting',
      };
    default:
      return event satisfies never;
  }
}

/** Projects a warning. One that arrives after the end of its session means nothing, and a second one does not count. */
function projectWarning(row: SessionRow, time: Date): SessionRow {
  const isOver = row.status === 'stopped' || (row.status === 'error' && row.error_cause === 'permanent');
  return isOver || row.warned_at ? row : { ...row, warned_at: time };
}

function waiting(row: SessionRow, since: Date, detail: string): SessionRow {
  return {
    ...row,
    ...unplaced,
    placement_state: 'waiting',
    placement_since: since,
    placement_detail: detail,
  };
}
