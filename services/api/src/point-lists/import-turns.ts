import { Problem } from '../problems/problem.ts';
import { ownerOf } from './import-owner.ts';
import { pointListsText } from './texts.ts';

/** Lists that are received or wait at once, each up to 11 MiB: of one caller, and of all. */
const ofCallerAtMost = 2;
const atMost = 8;

/**
 * Lets few lists into memory, and reads one at a time: reading one may take most of the memory that the API has.
 */
export class ImportTurns {
  readonly #admitted = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  /** Admits a request before its body is read. @returns a function for when it is over. @throws Problem */
  readonly admit = (request: Parameters<typeof ownerOf>[0]): (() => void) => {
    const owner = ownerOf(request);
    const ofCaller = this.#admitted.get(owner) ?? 0;
    const all = [...this.#admitted.values()].reduce((sum, count) => sum + count, 0);
    if (ofCaller >= ofCallerAtMost) throw tooMany(true);
    if (all >= atMost) throw tooMany(false);
    this.#admitted.set(owner, ofCaller + 1);
    return () => {
      const admissions = (this.#admitted.get(owner) ?? 1) - 1;
      if (admissions > 0) this.#admitted.set(owner, admissions);
      else this.#admitted.delete(owner);
    };
  };

  /** Calls `use` after all earlier calls are over, unless the client has left by then. */
  async run<T>(signal: AbortSignal, use: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return use();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function tooMany(ofCaller: boolean): Problem {
  const retryAfterSeconds = 5;
  return new Problem(
    'too_many_requests',
    ofCaller
      ? pointListsText('of_your_lists_are_being_read', { ofCallerAtMost })
      : pointListsText('lists_are_being_read_try_again', { atMost, retryAfterSeconds }),
    {},
    { retryAfterSeconds },
  );
}
