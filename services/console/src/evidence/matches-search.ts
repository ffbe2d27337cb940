interface NamedSession {
  readonly session_id?: string | null;
  readonly task_code?: string | null;
  readonly task_name?: string | null;
  readonly device?: string | null;
  readonly sites?: readonly string[];
}

/** Whether the names of a row contain all words of the search. */
export function matchesSearch(
  { session_id, task_code, task_name, device, sites = [] }: NamedSession,
  find: string,
  ...others: readonly string[]
): boolean {
  const text = [session_id, task_code, task_name, device, ...sites, ...others].join(' ').toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
