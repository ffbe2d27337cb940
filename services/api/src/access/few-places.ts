const minuteMs = 60_000;

/**
 * Limits how many different places a caller looks at within a minute; one place may be looked at any number of times.
 */
export class FewPlaces {
  readonly #most: number;
  readonly #nowMs: () => number;
  readonly #lookedAt = new Map<string, Map<string, number>>();

  /** @param nowMs of a clock that never jumps */
  constructor(most: number, nowMs = () => performance.now()) {
    this.#most = most;
    this.#nowMs = nowMs;
  }

  /** Notes a look at a place. @returns undefined, or in how many ms there is room for another place */
  look(who: string, place: string): number | undefined {
    const atMs = this.#nowMs();
    for (const [each, places] of this.#lookedAt) {
      for (const [lookedAtPlace, lastMs] of places)
        if (atMs - lastMs >= minuteMs) places.delete(lookedAtPlace);
      if (places.size === 0) this.#lookedAt.delete(each);
    }
    const places = this.#lookedAt.get(who) ?? new Map<string, number>();
    if (!places.has(place) && places.size >= this.#most) {
      return minuteMs - (atMs - Math.min(...places.values()));
    }
    places.set(place, atMs);
    this.#lookedAt.set(who, places);
    return undefined;
  }
}
