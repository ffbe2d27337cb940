import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { canRead, hasDriver, hasRequiredLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { Collectors } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import type { EndpointClaims } from '../queries/endpoint-claims.ts';

export interface StayingSources {
  readonly collectors: Pick<Collectors, 'list'>;
  readonly claims: EndpointClaims;
}

/**
 * Refuses needs that the holder of a running session does not meet. A session that waits or is paused will be placed by
 * its new needs.
 * @throws Problem, StoreUnavailable, BrokerUnavailable, DatabaseUnavailable
 */
export async function requireStays(
  { collectors, claims }: StayingSources,
  events: EventStore,
  {
    sessionId,
    taskId,
    state,
    next,
  }: {
    readonly sessionId: string;
    readonly taskId: string;
    readonly state: Extract<SessionState, { status: 'running' | 'paused' }>;
    readonly next: SessionNeeds;
  },
): Promise<void> {
  const { placement } = await loadTask(events, taskId);
  const holder = currentPlacement(state, placement)?.collectorId;
  if (holder === undefined) return;
  const labels = (await collectors.list()).find(({ id }) => id === holder)?.labels;
  if (labels && !canRead(labels, next)) throw moveNeeded(sessionId, lacking(holder, labels, next));
  const endpoints = new Set(state.session.needs?.endpoints);
  const added = next.endpoints.filter((endpoint) => !endpoints.has(endpoint));
  const claim =
    added.length > 0 ? await claims.elsewhere(added, { sessionId, collectorId: holder }) : undefined;
  if (!claim) return;
  throw moveNeeded(
    sessionId,
    both(
      `the endpoint ${claim.endpoint} is read by collector ${claim.collectorId} for session ${claim.sessionId}, and ${holder} holds this one`,
      `端点 ${claim.endpoint} 由采集器 ${claim.collectorId} 为会话 ${claim.sessionId} 读取，而本会话由 ${holder} 持有`,
    ),
  );
}

function lacking(holder: string, labels: Readonly<Record<string, string>>, next: SessionNeeds): InBoth {
  const drivers = Object.entries(next.drivers ?? {}).filter(([protocol]) => !hasDriver(labels, protocol));
  const [[protocol, device] = []] = drivers;
  if (hasRequiredLabels(labels, next) && protocol !== undefined) {
    return both(
      `collector ${holder}, which holds it, has no driver for ${protocol} (device ${device})`,
      `持有它的采集器 ${holder} 没有 ${protocol} 的驱动（设备 ${device}）`,
    );
  }
  const labelsInWords = Object.entries(next.labels).map(([name, value]) => `${name}=${value}`);
  return both(
    `collector ${holder}, which holds it, has not all the labels ${labelsInWords.join(', ')}`,
    `持有它的采集器 ${holder} 不具有全部标签 ${labelsInWords.join('、')}`,
  );
}

function moveNeeded(sessionId: string, why: InBoth): Problem {
  return new Problem(
    'move_needed',
    both(
      `Session ${sessionId} would need another collector: ${why.en}. Pause it, change it, and resume it: then it is placed anew.`,
      `会话 ${sessionId} 需要换到另一个采集器：${why.zh}。请先暂停，再更改，然后继续：届时会重新分配。`,
    ),
    { session_id: sessionId },
  );
}
