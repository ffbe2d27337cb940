import { useSearch } from '@tanstack/react-router';

export interface ChangesSearch {
  /** Number of the change that is shown in detail. */
  readonly change?: number | undefined;
}

/** Leaves out what is no number of a change. */
export function changesSearch({ change }: Record<string, unknown>): ChangesSearch {
  const id = Number(change);
  return { change: Number.isSafeInteger(id) && id > 0 ? id : undefined };
}

export function useChangesSearch(): ChangesSearch {
  return useSearch({ from: '/changes' });
}
