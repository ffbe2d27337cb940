import { useSearch } from '@tanstack/react-router';

export const deviceTabs = ['settings', 'points', 'history'] as const;
export type DeviceTab = (typeof deviceTabs)[number];

/** The state of the configuration's lists and pages in the address; parts that are left out have their defaults. */
export interface ConfigurationSearch {
  readonly find?: string | undefined;
  /** Column by which a list is sorted; with a minus sign, from the last to the first. */
  readonly order?: string | undefined;
  /** The same for the points of a device. */
  readonly pointOrder?: string | undefined;
  readonly tab?: DeviceTab | undefined;
  /** Id of the point that is shown next to its list, or `new` for one that is to be created. */
  readonly point?: number | 'new' | undefined;
}

/** Leaves out unknown values. */
export function configurationSearch(search: Record<string, unknown>): ConfigurationSearch {
  const { find, point } = search;
  const id = Number(point);
  return {
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    order: orderOf(search.order),
    pointOrder: orderOf(search.pointOrder),
    tab: deviceTabs.find((each) => each === search.tab),
    point: point === 'new' ? point : Number.isSafeInteger(id) && id > 0 ? id : undefined,
  };
}

function orderOf(text: unknown): string | undefined {
  return typeof text === 'string' && /^-?[a-z]+$/.test(text) ? text : undefined;
}

export function useConfigurationSearch() {
  const { find = '', order, pointOrder, tab = 'settings', point } = useSearch({ from: '/configuration' });
  return { find, order, pointOrder, tab, point };
}
