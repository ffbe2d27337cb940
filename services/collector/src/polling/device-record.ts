import type { DriverFailure } from '@holdfast/driver/failure.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { missCauseOf } from './miss-cause.ts';
import { RoundTrips } from './round-trips.ts';

/** The outcomes of the requests to one device, in bounded memory. */
export class DeviceRecord {
  readonly #roundTrips = new RoundTrips();
  readonly #failures = { timeout: 0, connection: 0, exception: 0 };
  #requests = 0;
  #lastException: { code: number; text: Text } | undefined;

  requestSettled(roundTripMs: number, outcome: 'ok' | DriverFailure): void {
    this.#requests += 1;
    if (outcome === 'ok') {
      this.#roundTrips.add(roundTripMs);
      return;
    }
    this.#failures[missCauseOf(outcome)] += 1;
    if (!outcome.isAnswer) return;
    this.#roundTrips.add(roundTripMs);
    if (outcome.code === undefined) return;
    this.#lastException = { code: outcome.code, text: outcome.text };
  }

  /** The part that device health reports. */
  report(): Pick<DeviceHealth, 'requests' | 'failures' | 'round_trip_ms' | 'last_exception'> {
    const roundTrips = this.#roundTrips.percentiles();
    return {
      requests: this.#requests,
      failures: { ...this.#failures },
      ...(roundTrips ? { round_trip_ms: roundTrips } : {}),
      ...(this.#lastException ? { last_exception: this.#lastException } : {}),
    };
  }
}
