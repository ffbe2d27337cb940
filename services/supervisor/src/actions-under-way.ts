import { VersionConflict } from '@holdfast/shared/event-store/event-store.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import type { Performed } from './perform-action.ts';
import { type Action, actionKey } from './reconcile/action.ts';

export interface ActionsUnderWayOptions {
  readonly perform: (action: Action) => Promise<Performed>;
  /** Asked before each action: whether it may still be performed. */
  readonly mayAct: () => boolean;
  readonly onPerformed: (action: Action, performed: Performed) => void;
  /** How many actions are performed at the same time. */
  readonly concurrency: number;
}

interface UnderWay {
  readonly action: Action;
  /** Sequence up to which the log must be known to show the outcome, or undefined until the action is performed. */
  readonly shownAt: number | undefined;
}

/**
 * Actions that were begun and are not seen in the log yet. Over a slow link an action takes seconds, and sessions that are started
 * meanwhile must not wait for it: plans are made while others are carried out, and leave out what is under way.
 */
export class ActionsUnderWay {
  readonly #options: ActionsUnderWayOptions;
  readonly #inTurn: ReturnType<typeof fewAtOnce>;
  readonly #byKey = new Map<string, UnderWay>();

  constructor(options: ActionsUnderWayOptions) {
    this.#options = options;
    this.#inTurn = fewAtOnce(options.concurrency);
  }

  /** @param applied sequence up to which the log is known */
  at(applied: number): ReadonlyMap<string, Action> {
    const actions = new Map<string, Action>();
    for (const [key, { action, shownAt }] of this.#byKey) {
      if (shownAt !== undefined && shownAt <= applied) this.#byKey.delete(key);
      else actions.set(key, action);
    }
    return actions;
  }

  actions(): Action[] {
    return [...this.#byKey.values()].map(({ action }) => action);
  }

  /**
   * Performs actions, none of which is under way yet.
   * @param reached waits for the log, but not for ever
   * @throws the first failure, when all of them are over
   */
  async begin(actions: readonly Action[], reached: (sequence: number) => Promise<unknown>): Promise<void> {
    const begun = actions.map((action) => {
      const underWay: UnderWay = { action, shownAt: undefined };
      this.#byKey.set(actionKey(action), underWay);
      return underWay;
    });
    const results = await Promise.allSettled(
      begun.map((underWay) => this.#inTurn(() => this.#perform(underWay))),
    );
    const performed = results.flatMap((result) =>
      result.status === 'fulfilled' ? (result.value ?? []) : [],
    );
    const newest = Math.max(0, ...performed.map(({ shownAt }) => shownAt ?? 0));
    if (newest > 0) await reached(newest);
    for (const underWay of performed) this.#end(underWay);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #perform(underWay: UnderWay): Promise<UnderWay | undefined> {
    const { perform, mayAct, onPerformed } = this.#options;
    const { action } = underWay;
    try {
      if (mayAct()) {
        const performed = await perform(action);
        onPerformed(action, performed);
        if (performed.sequence > 0) {
          const entry = { action, shownAt: performed.sequence };
          this.#byKey.set(actionKey(action), entry);
          return entry;
        }
      }
    } catch (error) {
      this.#end(underWay);
      // Another process was first: the log will show which, and the next pass sees it.
      if (!(error instanceof VersionConflict)) throw error;
    }
    this.#end(underWay);
    return undefined;
  }

  #end(underWay: UnderWay): void {
    const key = actionKey(underWay.action);
    if (this.#byKey.get(key) === underWay) this.#byKey.delete(key);
  }
}
