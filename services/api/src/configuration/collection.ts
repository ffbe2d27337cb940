/** What the HTTP routes of a kind of configuration need of it. */
export interface Collection<Create, Patch, View, Filter> {
  /** In the order of their ids; `next` is the `after` of the following page. */
  list(page: {
    after: number;
    limit: number;
    filter: Filter;
  }): Promise<{ results: View[]; next: number | undefined }>;
  find(id: number): Promise<View | undefined>;
  create(item: Create): Promise<View>;
  /** Undefined when there is none with this id. */
  patch(id: number, patch: Patch): Promise<View | undefined>;
  /** False when there is none with this id. */
  remove(id: number): Promise<boolean>;
}

/** Given one row more than the page holds, tells whether there is another page. */
export function pageOf<View extends { readonly id: number }>(
  rows: View[],
  limit: number,
): { results: View[]; next: number | undefined } {
  const more = rows.length > limit;
  const results = more ? rows.slice(0, limit) : rows;
  return { results, next: more ? results.at(-1)?.id : undefined };
}
