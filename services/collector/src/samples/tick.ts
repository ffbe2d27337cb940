import type { Lacking } from '@holdfast/shared/contracts/sample/lacking.ts';
import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { TickReadings } from './tick-readings.ts';

/** The readings of a tick, reduced to what a device's health needs. */
export type ReadOfTick = Pick<TickReadings, 'readCount' | 'hasRead'> & {
  readonly lost?: readonly { readonly code: string; readonly detail: Text }[] | undefined;
};

/** One tick of one device. With both values and a miss, some points could be read and others not. */
export interface Tick {
  readonly tick: number;
  /** ms since 1970, when the last reply was complete */
  readonly readAtMs: number;
  /** The values that were read, and which of them are to be sent. The object changes with the next tick. */
  readonly readings: TickReadings;
  readonly miss: { readonly cause: MissCause; readonly detail: Text } | undefined;
  /** Due points without a value, where there are values of others. */
  readonly lacking: Lacking | undefined;
  /** Whether the device was asked at all: false while its back-off lasts, and for a tick that is already past. */
  readonly wasAsked: boolean;
  /** From when the tick was to be read until its first request went out; undefined without a request. */
  readonly latenessMs: number | undefined;
}
