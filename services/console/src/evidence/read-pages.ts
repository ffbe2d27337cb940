import type { Query } from '@holdfast/api-client/api-client.ts';
import { api } from '../api/api.ts';

interface Page<Row> {
  readonly results: readonly Row[];
  readonly next_cursor: string | null;
}

/** The rows of all pages, one after the other; `isCut` when there were more than fit. */
export type Pages<P extends Page<unknown>> = Omit<P, 'next_cursor'> & { readonly isCut: boolean };

const pageSize = 500;

export async function readPages<P extends Page<unknown>>(
  path: string,
  query: Query,
  atMost: number,
): Promise<Pages<P>> {
  const results: unknown[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await api.get<P>(path, { ...query, cursor, limit: Math.min(pageSize, atMost) });
    results.push(...page.results);
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined || results.length >= atMost) {
      return { ...page, results, isCut: cursor !== undefined } as unknown as Pages<P>;
    }
  }
}
