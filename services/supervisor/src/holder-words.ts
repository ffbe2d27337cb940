import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import type { Inability, Refusal } from './reconcile/reconcile.ts';

/** Tasks of one collector whose reports are kept. It may report on any task, held or not. */
const wordsAtMost = 10_000;
const longestWord = 2_000;

/** The reports of collectors on the sessions that they hold, or were to hold; by collector and task. */
export class HolderWords {
  readonly refusals = new Map<string, Refusal>();
  readonly inabilities = new Map<string, Inability>();
  /** By collector, the key that it reported on last at the end. */
  readonly #keys = new Map<string, Set<string>>();

  /** @returns whether there may be something to do about the report */
  heard(taskId: string, status: SessionLiveStatus): boolean {
    const { epoch, collector: collectorId, detail, cause = 'permanent', state, unable } = status;
    const why = typeof detail === 'string' ? detail.slice(0, longestWord) : detail;
    const key = statusKey(collectorId, taskId);
    const isRefused = state === 'refused';
    const refusal = isRefused ? { epoch, collectorId, why, cause } : undefined;
    const inability = unable && {
      epoch,
      configVersion: unable.config_version,
      why: unable.detail,
    };
    if (refusal || inability) this.#remember(collectorId, key);
    const isRefusalNew = keep(this.refusals, key, epoch, refusal);
    const isInabilityNew = keep(this.inabilities, key, epoch, inability);
    return isRefusalNew || isInabilityNew;
  }

  #remember(collectorId: string, key: string): void {
    const keys = this.#keys.get(collectorId) ?? new Set();
    this.#keys.set(collectorId, keys);
    keys.delete(key);
    keys.add(key);
    const [oldest] = keys;
    if (oldest === undefined || keys.size <= wordsAtMost) return;
    keys.delete(oldest);
    this.refusals.delete(oldest);
    this.inabilities.delete(oldest);
  }
}

/** A late report on an earlier placement says nothing about the present one. */
function keep<W extends { readonly epoch: number }>(
  words: Map<string, W>,
  key: string,
  epoch: number,
  word: W | undefined,
): boolean {
  const former = words.get(key);
  if (former && epoch < former.epoch) return false;
  if (word) words.set(key, word);
  else words.delete(key);
  return word !== undefined;
}
