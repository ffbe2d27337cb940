import { both, type InBoth } from '@holdfast/shared/contracts/words/both.ts';
import { noDriver } from '@holdfast/shared/contracts/words/no-driver.ts';
import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { Collector, Fleet } from './fleet.ts';
import type { Occupancy } from './occupancy.ts';

export interface Choice {
  readonly fleet: Fleet;
  readonly occupancy: Occupancy;
  readonly needs?: SessionNeeds | undefined;
  /** Preferred when it can take the session: it may still have the devices' connections. */
  readonly former?: string | undefined;
  /** Chosen only if there is no other: it has just refused the session, or is to be relieved. */
  readonly avoid?: string | undefined;
}

export type Chosen =
  | { readonly ok: true; readonly collectorId: string }
  /** In words for people. */
  | { readonly ok: false; readonly why: InBoth };

/**
 * Chooses the collector for a session. It must be alive, have the labels that the task requires and the drivers of its
 * devices, and not be full. A session that shares an endpoint with a placed one goes to the same collector and nowhere
 * else, since an endpoint has one owner. Otherwise the former holder is chosen, else the least loaded; ties go by id.
 */
export function chooseCollector({ fleet, occupancy, needs, former, avoid }: Choice): Chosen {
  const alive = [...fleet.values()].filter(({ verdict }) => verdict === 'alive');
  if (alive.length === 0) return { ok: false, why: nobodyTakesWork(fleet) };
  const able = alive.filter(({ labels }) => canRead(labels, needs));
  const holder = occupancy.holderOf(needs);
  if (holder) {
    const shares = both(
      `shares the endpoint ${holder.endpoint} with session ${holder.sessionId} on ${holder.collectorId}, which is`,
      `与 ${holder.collectorId} 上的会话 ${holder.sessionId} 共用端点 ${holder.endpoint}，而该采集器`,
    );
    const collector = able.find(({ collectorId }) => collectorId === holder.collectorId);
    if (!collector) {
      const why = both(
        `${shares.en} not up, or lacks the labels that the task requires or the drivers of its devices`,
        `${shares.zh}不在线，或缺少任务要求的标签或其设备的驱动`,
      );
      return { ok: false, why };
    }
    if (isFull(collector, occupancy)) {
      return { ok: false, why: both(`${shares.en} full`, `${shares.zh}已满`) };
    }
    return { ok: true, collectorId: collector.collectorId };
  }
  if (able.length === 0) return { ok: false, why: nobodyCan(alive, needs) };
  const free = able.filter((collector) => !isFull(collector, occupancy));
  if (free.length === 0) {
    const why = both(
      'every collector that could take it holds as many sessions as it may',
      '可接管的采集器持有的会话均已达到上限',
    );
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

const nobodyUp = both('no collector is up', '没有在线的采集器');

function nobodyTakesWork(fleet: Fleet): InBoth {
  const isDraining = [...fleet.values()].some(({ verdict }) => verdict === 'draining');
  return isDraining
    ? both(
        'every collector that is up is draining: start another one, or undrain one',
        '在线的采集器都在移出会话：请启动另一个，或让其中一个恢复接收会话',
      )
    : nobodyUp;
}

function nobodyCan(alive: readonly Collector[], needs: SessionNeeds | undefined): InBoth {
  const why =
    needs &&
    noDriver(
      alive.map(({ labels }) => labels),
      needs,
    );
  if (why) return why;
  const labels = Object.entries(needs?.labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  return both(`no collector that is up has the labels ${labels}`, `在线的采集器都没有标签 ${labels}`);
}

export function relativeLoad({ collectorId, capacity }: Collector, occupancy: Occupancy): number {
  return occupancy.load(collectorId) / capacity;
}

function isFull({ collectorId, capacity }: Collector, occupancy: Occupancy): boolean {
  return occupancy.load(collectorId) >= capacity;
}
