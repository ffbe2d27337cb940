import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';

/** The collector that reads an endpoint, and for how many sessions. */
interface EndpointUse {
  readonly collectorId: string;
  readonly sessionId: string;
  readonly sessions: number;
}

/** The fleet's load while a plan is made. It grows with every placement in the plan. */
export class Occupancy {
  readonly #load = new Map<string, number>();
  readonly #endpoints = new Map<string, EndpointUse>();

  add(collectorId: string, sessionId: string, needs: SessionNeeds | undefined): void {
    this.#load.set(collectorId, this.load(collectorId) + 1);
    for (const endpoint of needs?.endpoints ?? []) {
      const use = this.#endpoints.get(endpoint);
      if (use?.collectorId === collectorId) {
        this.#endpoints.set(endpoint, { ...use, sessions: use.sessions + 1 });
      } else if (!use) this.#endpoints.set(endpoint, { collectorId, sessionId, sessions: 1 });
    }
  }

  /** How many sessions the collector holds. */
  load(collectorId: string): number {
    return this.#load.get(collectorId) ?? 0;
  }

  /** The collector that already reads one of the endpoints, and for which session. */
  holderOf(
    needs: SessionNeeds | undefined,
  ): { collectorId: string; sessionId: string; endpoint: string } | undefined {
    for (const endpoint of needs?.endpoints ?? []) {
      const use = this.#endpoints.get(endpoint);
      if (use) return { collectorId: use.collectorId, sessionId: use.sessionId, endpoint };
    }
    return undefined;
  }

  /** Whether the session shares none of its endpoints with another one. */
  isAlone(needs: SessionNeeds | undefined): boolean {
    return (needs?.endpoints ?? []).every((endpoint) => (this.#endpoints.get(endpoint)?.sessions ?? 0) <= 1);
  }
}
