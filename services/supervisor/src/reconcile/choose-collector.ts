import type { Fleet } from './fleet.ts';

/** Sessions that each collector holds, by collector id. */
export type Load = ReadonlyMap<string, number>;

export interface Choice {
  readonly fleet: Fleet;
  readonly load: Load;
  /** Preferred when it can take the session: it may still have the devices' connections. */
  readonly former?: string | undefined;
  /** Passed over while there is another: it has just refused the session. */
  readonly avoid?: string | undefined;
}

/** The former holder, else the least loaded collector that is alive and not full; ties go by id. */
export function chooseCollector({ fleet, load, former, avoid }: Choice): string | undefined {
  const eligible = [...fleet.values()].filter(
    ({ collectorId, verdict, capacity }) => verdict === 'alive' && (load.get(collectorId) ?? 0) < capacity,
  );
  const preferred = eligible.filter(({ collectorId }) => collectorId !== avoid);
  const candidates = preferred.length > 0 ? preferred : eligible;
  if (former !== undefined && candidates.some(({ collectorId }) => collectorId === former)) return former;
  const relativeLoad = (id: string, capacity: number) => (load.get(id) ?? 0) / capacity;
  candidates.sort(
    (a, b) =>
      relativeLoad(a.collectorId, a.capacity) - relativeLoad(b.collectorId, b.capacity) ||
      (a.collectorId < b.collectorId ? -1 : 1),
  );
  return candidates[0]?.collectorId;
}
