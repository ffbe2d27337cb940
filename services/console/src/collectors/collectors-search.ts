import { useSearch } from '@tanstack/react-router';

/** Id of the collector that is shown next to the others. */
export interface CollectorsSearch {
  readonly collector?: string | undefined;
}

export function collectorsSearch({ collector }: Record<string, unknown>): CollectorsSearch {
  return {
    collector: typeof collector === 'string' || typeof collector === 'number' ? String(collector) : undefined,
  };
}

export function useCollectorsSearch(): CollectorsSearch {
  return useSearch({ from: '/collectors' });
}
