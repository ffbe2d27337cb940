import { useSearch } from '@tanstack/react-router';

export const deviceTabs = ['settings', 'points', 'history'] as const;
export type DeviceTab = (typeof deviceTabs)[number];

/** The state of the configuration's lists and pages in the address; parts that are left out have their defaults. */
export interface ConfigurationSearch {
  readonly find?: string | undefined;
  /** Column by which a list is sorted; with a minus sign, from the last to the first. */
  readonly order?: string | undefined;
  readonly tab?: DeviceTab | undefined;
  /** Id of the point that is shown next to its list, or `new` for one that is to be created. */
  readonly point?: number | 'new' | undefined;
}

/** Leaves out unknown values. */
export function configurationSearch(search: Record<string, unknown>): ConfigurationSearch {
  const { find, order, point } = search;
  const id = Number(point);
  return {
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    order: typeof order === 'string' && /^-?[a-z]+$/.test(order) ? order : undefined,
    tab: deviceTabs.find((each) => each === search.tab),
    point: point === 'new' ? point : Number.isSafeInteger(id) && id > 0 ? id : undefined,
  };
}

export function useConfigurationSearch() {
  const { find = '', order, tab = 'settings', point } = useSearch({ from: '/configuration' });
  return { find, order, tab, point };
}
