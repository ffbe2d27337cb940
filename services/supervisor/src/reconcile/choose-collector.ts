import { noDriver } from '@holdfast/shared/contracts/words/no-driver.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Collector, Fleet } from './fleet.ts';
import type { Occupancy } from './occupancy.ts';

export interface Choice {
  readonly fleet: Fleet;
  readonly occupancy: Occupancy;
  readonly needs?: SessionNeeds | undefined;
  /** Preferred when it can take the session. It may still have the devices' connections. */
  readonly former?: string | undefined;
  /** Chosen only if there is no other. It has just refused the session, or is to be relieved. */
  readonly avoid?: string | undefined;
}

export type CollectorOrReason =
  | { readonly ok: true; readonly collectorId: string }
  /** In words for people. */
  | { readonly ok: false; readonly why: Text };

/**
 * Chooses the collector for a session. It must be alive, have the labels that the task requires and the drivers of its
 * devices, and not be full. A session that shares an endpoint with a placed one goes to the same collector and nowhere
 * else, since an endpoint has one owner. Otherwise the former holder is chosen, else the least loaded; ties go by id.
 */
export function chooseCollector({ fleet, occupancy, needs, former, avoid }: Choice): CollectorOrReason {
  const alive = [...fleet.values()].filter(({ verdict }) => verdict === 'alive');
  if (alive.length === 0) return { ok: false, why: nobodyTakesWork(fleet) };
  const able = alive.filter(({ labels }) => canRead(labels, needs));
  const holder = occupancy.holderOf(needs);
  if (holder) {
    const shares = waitingText('shares_the_endpoint', {
      endpoint: holder.endpoint,
      sessionId: holder.sessionId,
      collectorId: holder.collectorId,
    });
    const collector = able.find(({ collectorId }) => collectorId === holder.collectorId);
    if (!collector) {
      const why = waitingText('holder_is_not_up', { shares });
      return { ok: false, why };
    }
    if (isFull(collector, occupancy)) {
      return { ok: false, why: waitingText('holder_is_full', { shares }) };
    }
    return { ok: true, collectorId: collector.collectorId };
  }
  if (able.length === 0) return { ok: false, why: nobodyCan(alive, needs) };
  const free = able.filter((collector) => !isFull(collector, occupancy));
  if (free.length === 0) {
    const why = waitingText('every_collector_is_full');
    return { ok: false, why };
  }
  const preferred = free.filter(({ collectorId }) => collectorId !== avoid);
  const candidates = preferred.length > 0 ? preferred : free;
  if (former !== undefined && candidates.some(({ collectorId }) => collectorId === former)) {
    return { ok: true, collectorId: former };
  }
  const [least] = candidates.sort(
    (a, b) =>
      relativeLoad(a, occupancy) - relativeLoad(b, occupancy) || (a.collectorId < b.collectorId ? -1 : 1),
  );
  return least ? { ok: true, collectorId: least.collectorId } : { ok: false, why: nobodyUp };
}

const nobodyUp = waitingText('no_collector_is_up');

function nobodyTakesWork(fleet: Fleet): Text {
  const isDraining = [...fleet.values()].some(({ verdict }) => verdict === 'draining');
  return isDraining ? waitingText('every_collector_is_draining') : nobodyUp;
}

function nobodyCan(alive: readonly Collector[], needs: SessionNeeds | undefined): Text {
  const why =
    needs &&
    noDriver(
      alive.map(({ labels }) => labels),
      needs,
    );
  if (why) return why;
  const labels = Object.entries(needs?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return waitingText('no_collector_has_the_labels', { labels });
}

export function relativeLoad({ collectorId, capacity }: Collector, occupancy: Occupancy): number {
  return occupancy.load(collectorId) / capacity;
}

function isFull({ collectorId, capacity }: Collector, occupancy: Occupancy): boolean {
  return occupancy.load(collectorId) >= capacity;
}
