import { useSearch } from '@tanstack/react-router';

export const steps = ['device', 'points', 'start'] as const;
export type Step = (typeof steps)[number];

/** The progress in the address: users who go back or reload the page continue there. */
export interface FirstRunSearch {
  readonly step?: Step | undefined;
  /** Id of the device that is being added. */
  readonly added?: number | undefined;
  readonly task?: number | undefined;
  readonly session?: string | undefined;
}

/** Leaves out unknown values. */
function firstRunSearch(search: Record<string, unknown>): FirstRunSearch {
  const { session } = search;
  return {
    step: steps.find((each) => each === search.step),
    added: idOf(search.added),
    task: idOf(search.task),
    session: typeof session === 'string' ? session : undefined,
  };
}

export function useFirstRunSearch(): FirstRunSearch & { readonly step: Step } {
  const search = firstRunSearch(useSearch({ from: '/first-run', select: (search) => ({ ...search }) }));
  // The steps after the first need a device.
  const { step = 'device', added } = search;
  return { ...search, step: added === undefined ? 'device' : step };
}

function idOf(value: unknown): number | undefined {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
