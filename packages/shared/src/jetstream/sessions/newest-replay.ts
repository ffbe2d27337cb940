/**
 * The phase in which the newest event of each subject comes, with gaps between the sequences. The gaps cannot show
 * whether the log lost events, so the log's own count has to.
 */
export class NewestReplay {
  /** How many subjects the log has. */
  readonly subjects: number;
  /** Last sequence of the log after the broker has picked. Its event always comes: nothing supersedes it. */
  readonly #until: number;
  readonly #handedOver: Map<string, number>;
  #eventCount = 0;
  #at = 0;

  private constructor(until: number, subjects: number, handedOver: Map<string, number>) {
    this.#until = until;
    this.subjects = subjects;
    this.#handedOver = handedOver;
  }

  /** @param before a replay that was cut short: what it has handed over must not come again */
  static of(until: number, subjects: number, before: NewestReplay | undefined): NewestReplay {
    return new NewestReplay(until, subjects, before ? before.#handedOver : new Map());
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  isUnderWay(): boolean {
    return this.#at < this.#until;
  }

  /** @returns whether the event is newer than the one handed over for its subject */
  saw(subject: string, sequence: number): boolean {
    this.#eventCount += 1;
    this.#at = sequence;
    const isNews = sequence > (this.#handedOver.get(subject) ?? 0);
    if (isNews) this.#handedOver.set(subject, sequence);
    return isNews;
  }
}
