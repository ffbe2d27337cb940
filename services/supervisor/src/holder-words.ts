import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import type { Inability, Refusal } from './reconcile/reconcile.ts';

/** The reports of collectors on the sessions that they hold, or were to hold; by collector and task. */
export class HolderWords {
  readonly refusals = new Map<string, Refusal>();
  readonly inabilities = new Map<string, Inability>();

  /** @returns whether there may be something to do about the report */
  heard(taskId: string, status: SessionLiveStatus): boolean {
    const { epoch, collector: collectorId, detail: why, cause = 'permanent', state, unable } = status;
    const key = statusKey(collectorId, taskId);
    const isRefused = state === 'refused';
    const refusal = isRefused ? { epoch, collectorId, why, cause } : undefined;
    const inability = unable && { epoch, configVersion: unable.config_version, why: unable.detail };
    const isRefusalNew = keep(this.refusals, key, epoch, refusal);
    const isInabilityNew = keep(this.inabilities, key, epoch, inability);
    return isRefusalNew || isInabilityNew;
  }
}

/** A late report on an earlier placement says nothing about the present one. */
function keep<W extends { readonly epoch: number }>(
  words: Map<string, W>,
  key: string,
  epoch: number,
  word: W | undefined,
): boolean {
  const known = words.get(key);
  if (known && epoch < known.epoch) return false;
  if (word) words.set(key, word);
  else words.delete(key);
  return word !== undefined;
}
