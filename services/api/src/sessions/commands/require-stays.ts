import { canRead, hasDriver, hasRequiredLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Collectors } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import type { EndpointClaims } from '../queries/endpoint-claims.ts';
import { sessionsText } from '../texts.ts';

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
    sessionsText('the_endpoint_is_read_by_collector', {
      endpoint: claim.endpoint,
      collectorId: claim.collectorId,
      sessionId: claim.sessionId,
      holder,
    }),
  );
}

function lacking(holder: string, labels: Readonly<Record<string, string>>, next: SessionNeeds): Text {
  const drivers = Object.entries(next.drivers ?? {}).filter(([protocol]) => !hasDriver(labels, protocol));
  const [[protocol, device = ''] = []] = drivers;
  if (hasRequiredLabels(labels, next) && protocol !== undefined) {
    return sessionsText('collector_which_holds', { holder, protocol, device });
  }
  const labelsInWords = Object.entries(next.labels).map(([name, value]) => `${name}=${value}`);
  return sessionsText('collector_which_holds_it_has_not', { holder, wanted: labelsInWords });
}

function moveNeeded(sessionId: string, why: Text): Problem {
  return new Problem('move_needed', sessionsText('move_needed', { sessionId, why }), {
    session_id: sessionId,
  });
}
