import { parsePublishedSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { Outage } from '@holdfast/shared/runtime/outage-log.ts';
import { StoppedWhileTrying, untilItWorks } from '@holdfast/shared/runtime/until-it-works.ts';
import type { SampleMessage } from '../ports.ts';
import type { Admission, Claim, Holding, Verdict } from './admission.ts';
import type { PostponedSamples } from './postponed-samples.ts';

export interface GateOptions {
  readonly admission: Admission;
  readonly early: PostponedSamples;
  /** Notified when SESSIONS or a snapshot cannot be read, and when both can be read again. */
  readonly outage: Outage;
}

export interface Claimed<M> {
  readonly message: M;
  readonly claim: Claim;
}

export type GateVerdict = Verdict | { readonly kind: 'early' };

/** Judges batches of messages. It repeats its questions to the broker until they are answered. */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Returns one verdict for each message, in the given order. While SESSIONS cannot be read it does not return: nobody
   * can then say which samples are their holder's. @throws StoppedWhileTrying
   */
  async judge<M extends SampleMessage>(
    claimed: readonly Claimed<M>[],
    signal: AbortSignal,
  ): Promise<GateVerdict[]> {
    const { admission, early } = this.#options;
    const unknown = new Map<string, Holding>();
    const verdicts = claimed.map(({ message, claim }) => {
      const verdict = admission.judge(message, claim);
      if (verdict === undefined) unknown.set(keyOf(claim), claim);
      return verdict;
    });
    if (unknown.size === 0 && !early.hasAny()) return verdicts as GateVerdict[];
    await this.#lookUp(unknown, signal);
    return claimed.map(({ message, claim }, index): GateVerdict => {
      const verdict = verdicts[index] ?? admission.judge(message, claim);
      if (verdict !== undefined) {
        early.settled(message.seq);
        return verdict;
      }
      return early.mayWait(message.seq, sourceOf(message)) ? { kind: 'early' } : admission.unborne(claim);
    });
  }

  /** Like {@link Admission.isEpochOf}, but repeated until it is answered. @throws StoppedWhileTrying */
  isEpochOf(session: string, epoch: number, signal: AbortSignal): Promise<boolean | undefined> {
    return this.#untilAnswered(() => this.#options.admission.isEpochOf(session, epoch), signal);
  }

  async #lookUp(holdings: ReadonlyMap<string, Holding>, signal: AbortSignal): Promise<void> {
    const { admission } = this.#options;
    // Epochs already found may be forgotten while the others are requested, if the broker was unavailable.
    for (let asOf = -1; asOf !== admission.generation; ) {
      asOf = admission.generation;
      const pending = new Map(holdings);
      await this.#untilAnswered(async () => {
        const questions = [...pending].map(async ([key, holding]) => {
          await admission.lookUp(holding);
          pending.delete(key);
        });
        await Promise.all(questions);
      }, signal);
    }
  }

  #untilAnswered<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return untilItWorks(attempt, {
      signal,
      isTemporary: (error) => !(error instanceof StoppedWhileTrying),
      outage: this.#options.outage,
    });
  }
}

/** The publisher, as the broker says; '' for a subject of no sample. */
export function sourceOf({ subject }: Pick<SampleMessage, 'subject'>): string {
  return parsePublishedSubject(subject)?.source ?? '';
}

const keyOf = ({ epoch, session, task, collector, config_version }: Holding) =>
  JSON.stringify([epoch, session, task, collector, config_version]);
