export type MergeFields = Readonly<Record<string, unknown>>;

export interface MergeRow {
  readonly field: string;
  /** Who has changed the field; `both` only where they do not agree. */
  readonly by: 'mine' | 'theirs' | 'both';
}

/** Fields that the API adds to an item. They cannot be edited. */
const readOnly = new Set(['id', 'learned_limits']);

export function differs(one: unknown, other: unknown): boolean {
  return canonical(one) !== canonical(other);
}

/** Fields that one of two users has changed, or both. @param mine the changed fields of one of them */
export function mergeRows(base: MergeFields, mine: MergeFields, theirs: MergeFields): MergeRow[] {
  const fields = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return [...fields].flatMap((field): MergeRow[] => {
    if (readOnly.has(field)) return [];
    const isMine = field in mine;
    const isTheirs = differs(base[field], theirs[field]);
    if (isMine && isTheirs) {
      return [{ field, by: differs(mine[field], theirs[field]) ? 'both' : 'theirs' }];
    }
    return isMine ? [{ field, by: 'mine' }] : isTheirs ? [{ field, by: 'theirs' }] : [];
  });
}

/** JSON in which the order of an object's fields makes no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}
