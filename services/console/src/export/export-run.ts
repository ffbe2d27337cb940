import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { ExportProgress } from '@holdfast/shared/contracts/http/value-export-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api, apiRoot } from '../api/api.ts';

/**
 * Lets the browser download a file: it writes to disk as it comes, however large it is, and goes on when the page is left. A
 * page that reads the answer itself would hold the whole file in memory, and disk access for pages needs HTTPS.
 * @returns the id by which it can be followed
 */
export function startDownload(query: readonly (readonly [name: string, value: string])[]): string {
  const id = randomId();
  const url = new URL('api/exports/values/', apiRoot);
  for (const [name, value] of [...query, ['export_id', id] as const]) url.searchParams.append(name, value);
  const link = document.createElement('a');
  link.href = url.href;
  link.download = '';
  link.click();
  return id;
}

/** A UUID; `crypto.randomUUID` is there only over HTTPS. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const pathOf = (id: string) => `/api/exports/${id}/`;
/** Looks in vain before its progress counts as unknown. */
const looksAtMost = 15;

/** How far an export is: null while nothing is known of it yet, and what the query fails with once that lasts. */
export function useProgress(id: string) {
  return useQuery({
    queryKey: ['exports', id],
    queryFn: () => api.get<ExportProgress>(pathOf(id)),
    retry: (looks, error) =>
      error instanceof ApiRefusal && error.code === 'export_not_found' && looks < looksAtMost,
    retryDelay: 1_000,
    refetchInterval: ({ state: { data, error } }) =>
      error === null && (data === undefined || data.state === 'running') && 1_000,
  });
}

export function cancelExport(id: string): Promise<unknown> {
  return api.delete(pathOf(id));
}
