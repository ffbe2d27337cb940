import { useSearch } from '@tanstack/react-router';

/** Which messages of the quarantine are shown. */
export interface StoresSearch {
  /** Name of the stream that the messages came from. */
  readonly stream?: string | undefined;
  /** A part of the reason. */
  readonly reason?: string | undefined;
}

export function storesSearch({ stream, reason }: Record<string, unknown>): StoresSearch {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
  return { stream: text(stream), reason: text(reason) };
}

export function useStoresSearch(): StoresSearch {
  return useSearch({ from: '/stores' });
}
