import type { Refusal, StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { countChanges } from '@holdfast/shared/contracts/sample/changes.ts';
import type { RefusedDevices } from './refused-devices.ts';
import type { Rejection, Rejections } from './rejections.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Counts the samples and values that the database took or refused, and the samples that were turned away before. */
export class WrittenAccount {
  readonly #counters: WriterCounters;
  readonly #refusedDevices: RefusedDevices;
  readonly #rejections: Rejections;

  constructor(counters: WriterCounters, refusedDevices: RefusedDevices, rejections: Rejections) {
    this.#counters = counters;
    this.#refusedDevices = refusedDevices;
    this.#rejections = rejections;
  }

  written(entries: readonly { readonly sample: StorableSample }[]): void {
    this.#counters.samplesWritten += entries.length;
    for (const { sample } of entries) {
      this.#counters.valuesWritten += valueCount(sample);
      this.#refusedDevices.forgetStored(sample);
    }
  }

  refused(entries: readonly { readonly refusal: Refusal }[]): void {
    for (const { refusal } of entries) {
      const { sample, codes } = refusal;
      const count = codes === 'all' ? valueCount(sample) : codes.length;
      this.#counters.valuesQuarantined += count;
      if (codes !== 'all') {
        this.#counters.samplesWritten += 1;
        this.#counters.valuesWritten += valueCount(sample) - count;
      }
      this.#refusedDevices.refused(refusal, Date.now());
    }
  }

  uncertain(samples: number): void {
    this.#counters.samplesUncertain += samples;
  }

  /** @returns whether to keep it in quarantine */
  rejected(rejection: Rejection): boolean {
    this.#counters.samplesRejected += 1;
    return this.#rejections.note(rejection, Date.now());
  }

  fenced(samples: number): void {
    this.#counters.samplesFenced += samples;
  }

  quarantined(messages: number): void {
    this.#counters.messagesQuarantined += messages;
  }
}

function valueCount(sample: Pick<StorableSample, 'values' | 'plainValues' | 'integers' | 'changes'>): number {
  const { plainValues, integers, changes } = sample;
  let count = (plainValues?.count ?? 0) + countChanges(changes);
  if (plainValues === undefined) for (const _ in sample.values) count += 1;
  for (const _ in integers) count += 1;
  return count;
}
