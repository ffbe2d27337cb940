import { useSearch } from '@tanstack/react-router';

export const steps = ['device', 'points', 'start'] as const;
export type Step = (typeof steps)[number];

/** How far somebody has come, as an address says it: whoever goes back or loads anew goes on there. */
export interface FirstRunSearch {
  readonly step?: Step | undefined;
  /** Id of the device that is added. */
  readonly added?: number | undefined;
  readonly task?: number | undefined;
  readonly session?: string | undefined;
}

/** Leaves out what nobody knows. */
function firstRunSearch(given: Record<string, unknown>): FirstRunSearch {
  const { session } = given;
  return {
    step: steps.find((each) => each === given.step),
    added: idOf(given.added),
    task: idOf(given.task),
    session: typeof session === 'string' ? session : undefined,
  };
}

export function useFirstRunSearch(): FirstRunSearch & { readonly step: Step } {
  const search = firstRunSearch(useSearch({ from: '/first-run', select: (given) => ({ ...given }) }));
  // Points and a start are of a device.
  const { step = 'device', added } = search;
  return { ...search, step: added === undefined ? 'device' : step };
}

function idOf(value: unknown): number | undefined {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
