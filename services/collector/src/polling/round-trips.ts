/**
 * Each bucket is a fifth larger than the one before, from 0.1 ms to two minutes: an estimate is off by a tenth at most.
 */
const growth = 1.2;
const firstMs = 0.1;
const bucketCount = 78;
const logGrowth = Math.log(growth);
/** Number of round trips at which all counts are halved, so that old ones weigh less and less. */
const halvedAt = 2_000;

/** Estimates the median and the 99th percentile of the latest round trips in bounded memory. */
export class RoundTrips {
  readonly #counts = new Uint16Array(bucketCount);
  #total = 0;

  add(roundTripMs: number): void {
    const bucket = Math.ceil(Math.log(Math.max(roundTripMs, firstMs) / firstMs) / logGrowth);
    const at = Math.min(bucket, bucketCount - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total += 1;
    if (this.#total >= halvedAt) this.#halve();
  }

  /** In ms; undefined before the first round trip. */
  percentiles(): { readonly p50: number; readonly p99: number } | undefined {
    return this.#total === 0 ? undefined : { p50: this.#percentile(0.5), p99: this.#percentile(0.99) };
  }

  #percentile(share: number): number {
    let remaining = Math.ceil(share * this.#total);
    const at = this.#counts.findIndex((count) => {
      remaining -= count;
      return remaining <= 0;
    });
    // The middle of the bucket.
    const middleMs = firstMs * growth ** (at - 0.5);
    return Number(middleMs.toPrecision(2));
  }

  #halve(): void {
    this.#total = 0;
    for (let at = 0; at < bucketCount; at += 1) {
      const half = (this.#counts[at] ?? 0) >>> 1;
      this.#counts[at] = half;
      this.#total += half;
    }
  }
}
