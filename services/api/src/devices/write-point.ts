import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { WrittenPoint } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { inLanguage, type Text, type Words } from '@holdfast/texts/text.ts';
import { BrokerUnavailable, type Collectors, type CommandAttempt } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { Problem } from '../problems/problem.ts';
import { readDevice } from './device-content.ts';
import { endpointHolders, labelsOfTasks } from './endpoint-holders.ts';
import { nameSnapshot, type SnapshotSources } from './name-snapshot.ts';
import { type Reached, reachDevice } from './reach-device.ts';
import { localizePoint } from './test-device.ts';
import { devicesText } from './texts.ts';

export interface WritePointOptions extends SnapshotSources {
  readonly collectors: Collectors;
  /** Resolves when the entry is stored. @throws BrokerUnavailable */
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

export interface WritePointRequest {
  readonly pointId: number;
  readonly value: number | boolean | string;
  readonly reason: string;
  readonly who: string;
  readonly actor: Actor;
  readonly from: string;
  readonly requestId: string;
  readonly attempt: CommandAttempt;
}

/**
 * Room for waiting behind other requests, besides three device timeouts: for the write and the readings before and
 * after it.
 */
const waitingMs = 3_000;

/**
 * Has a collector write one value, once. The audit log has the write before anything is sent, and again with its outcome.
 * @throws Problem, BrokerUnavailable, DatabaseUnavailable
 */
export async function writePoint(
  sources: WritePointOptions,
  request: WritePointRequest,
): Promise<WrittenPoint> {
  const { database, collectors, audit } = sources;
  const point = await database
    .selectFrom('points')
    .select(['code', 'device_id', 'writable'])
    .where('id', '=', request.pointId)
    .executeTakeFirst();
  if (!point)
    throw new Problem('point_not_found', devicesText('point_not_found', { pointId: request.pointId }));
  const device = await readDevice(database, point.device_id, request.pointId);
  const about = devicesText('device_point', { device: device.code, point: point.code });
  const id = request.attempt.commandId;
  if (request.attempt.isRepeat) {
    throw unknownOutcome(about, id, devicesText('it_is_being_written'));
  }
  const note = (outcome: AuditEntry['outcome'], detail: string, data: Record<string, unknown> = {}) =>
    audit({
      v: 1,
      id,
      time: new Date().toISOString(),
      who: request.who,
      actor: request.actor,
      from: request.from,
      action: 'point.write',
      target: inLanguage(about, 'en'),
      outcome,
      detail,
      request_id: request.requestId,
      traceparent: request.attempt.traceparent,
      data: { value: request.value, reason: request.reason, ...data },
    });
  if (!point.writable) {
    await note('refused', 'the point is not marked writable');
    throw new Problem('point_not_writable', devicesText('point_not_writable', { about }));
  }
  const snapshot = await nameSnapshot(sources, { pointId: request.pointId, device });
  await note('requested', request.reason);
  const within_ms = Math.min(60_000, 3 * device.timeout_ms + waitingMs);
  let reached: Reached;
  try {
    reached = await reachDevice({
      collectors,
      device,
      holders: await endpointHolders(database, point.device_id),
      labels: await labelsOfTasks(database, point.device_id),
      call: {
        v: 1,
        kind: 'write',
        within_ms,
        snapshot,
        device: device.id,
        point: point.code,
        value: request.value,
        traceparent: request.attempt.traceparent,
      },
    });
  } catch (error) {
    const wasNotAsked = error instanceof Problem && error.code === 'no_collector';
    // If this entry cannot be written, the earlier one without a second also says that the outcome is unknown.
    await note(wasNotAsked ? 'failed' : 'unknown', (error as Error).message).catch(() => undefined);
    if (error instanceof BrokerUnavailable)
      throw unknownOutcome(about, id, devicesText('the_broker_went_away_meanwhile'), error);
    throw error;
  }
  return conclude(reached, { about, id, device: device.code, point: point.code, note });
}

async function conclude(
  { collectorId, reply }: Reached,
  write: {
    about: Text;
    id: string;
    device: string;
    point: string;
    note(outcome: AuditEntry['outcome'], detail: string, data?: Record<string, unknown>): Promise<void>;
  },
): Promise<WrittenPoint> {
  const { about, id, note } = write;
  const noteIfPossible = (
    outcome: AuditEntry['outcome'],
    detail: string,
    data: Record<string, unknown> = {},
  ) =>
    // The outcome is a fact whether or not it can be audited, and the caller must hear of it.
    note(outcome, detail, { collector: collectorId, ...data }).catch(() => undefined);
  if (reply.kind !== 'written') {
    const detail =
      reply.kind === 'refused' ? reply.detail : devicesText('the_collector_gave_another_answer_than');
    await noteIfPossible('refused', inLanguage(detail, 'en'));
    throw new Problem('write_refused', devicesText('write_failed', { about, detail }), {
      audit_id: id,
    });
  }
  const { outcome, detail, before, sent, read_back } = reply;
  await noteIfPossible(outcomeInAudit(outcome), inLanguage(detail, 'en'), { before, sent, read_back });
  switch (outcome) {
    case 'written':
    case 'differs':
      return {
        device: write.device,
        point: write.point,
        collector_id: collectorId,
        outcome,
        detail: localize(detail),
        before: before && localizePoint(before),
        sent,
        read_back: read_back && localizePoint(read_back),
        audit_id: id,
      };
    case 'failed':
      throw new Problem('write_failed', devicesText('write_failed', { about, detail }), {
        audit_id: id,
        sent,
      });
    case 'unknown':
      throw unknownOutcome(about, id, detail);
    default:
      return outcome satisfies never;
  }
}

function outcomeInAudit(
  outcome: Extract<DeviceReply, { kind: 'written' }>['outcome'],
): AuditEntry['outcome'] {
  return outcome === 'written' || outcome === 'differs' ? 'done' : outcome;
}

function unknownOutcome(about: Text, auditId: string, why: Words, cause?: unknown): Problem {
  return new Problem(
    'write_outcome_unknown',
    devicesText('write_outcome_unknown', { about, why }),
    { audit_id: auditId },
    { cause },
  );
}
