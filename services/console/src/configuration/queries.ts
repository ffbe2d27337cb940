import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type {
  ChangedKind,
  ChangeSetDetail,
  ChangeSetsPage,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { useSites } from '../first-run/first-run-queries.ts';
import { useWhyNotAt } from '../parts/role-note.tsx';

const most = 50_000;
export const pathOf = (kind: ChangedKind, id?: number | string) =>
  `/api/config/${kind}s/${id === undefined ? '' : `${id}/`}`;

/** All devices, whether a session reads them or not. */
export function useDevices() {
  return useQuery({
    queryKey: ['configuration', 'devices'],
    queryFn: async () => (await api.list(pathOf('device'), {}, most)) as unknown as DeviceView[],
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** Why the user may not change a device or its points, in words; undefined if they may, or if the API has to judge. */
export function useWhyNotDevice({ site_id: id }: Pick<DeviceView, 'site_id'>): string | undefined {
  const site = useSites().data?.find((each) => each.id === id);
  const whyNot = useWhyNotAt('engineer', site ? [site.code] : []);
  return id !== null && site === undefined ? undefined : whyNot;
}

/** One item with its entity tag, which refuses a change to an item that was changed meanwhile. */
export function useItem<T extends object>(kind: ChangedKind, id: number) {
  return useQuery({
    queryKey: itemKey(kind, id),
    queryFn: (): Promise<Tagged<T>> => api.getTagged<T>(pathOf(kind, id)),
    retry: false,
  });
}

export const itemKey = (kind: ChangedKind, id: number) => ['configuration', 'item', kind, id];

const setsShown = 20;

/** Changes of one item, newest first; those of a device include its points. */
export function useChangesOf(kind: ChangedKind, id: number) {
  return useInfiniteQuery({
    queryKey: ['configuration', 'history', kind, id],
    queryFn: ({ pageParam }) =>
      api.get<ChangeSetsPage>('/api/config/change-sets/', {
        limit: setsShown,
        cursor: pageParam,
        [`${kind}_id`]: id,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Change sets, each with its first 500 changes of one item, by the sets' numbers. A stored set never changes. */
export function useItemsOf(kind: ChangedKind, id: number, sets: readonly number[]) {
  return useQueries({
    queries: sets.map((set) => ({
      queryKey: ['change-set', set, kind, id],
      queryFn: () =>
        api.get<ChangeSetDetail>(`/api/config/change-sets/${set}/`, { limit: 500, [`${kind}_id`]: id }),
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => new Map(results.map(({ data }, index) => [sets[index] ?? 0, data])),
  });
}

/** Tasks by the ids of their devices. */
export function tasksByDevice(tasks: readonly TaskView[]): ReadonlyMap<number, readonly TaskView[]> {
  const byDevice = new Map<number, TaskView[]>();
  for (const task of tasks) {
    for (const id of task.device_ids) {
      const list = byDevice.get(id);
      if (list) list.push(task);
      else byDevice.set(id, [task]);
    }
  }
  return byDevice;
}
