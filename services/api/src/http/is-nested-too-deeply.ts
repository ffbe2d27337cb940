const levelsAtMost = 100;

/**
 * Whether a parsed body is nested so deeply that recursive code (JSON.stringify, the schemas) would run out of stack;
 * JSON.parse does not. Bodies of this API have a handful of levels, metadata of a start aside.
 */
export function isNestedTooDeeply(body: unknown): boolean {
  let level: object[] = objectsAmong([body]);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= levelsAtMost) return true;
    level = level.flatMap((each) => objectsAmong(Object.values(each)));
  }
  return false;
}

function objectsAmong(values: readonly unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null);
}
