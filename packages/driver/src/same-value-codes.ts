/** Pairs of points of one device whose values would have the same name, such as `a[0]` and an array `a`. */
export function sameValueCodes(
  points: readonly { readonly code: string; readonly count?: number | undefined }[],
): readonly { readonly valueCode: string; readonly codes: readonly [string, string] }[] {
  // Only an array can give a value the name of another point: the codes themselves are unique.
  const arrays = new Map(
    points.flatMap((point) => (point.count === undefined ? [] : [[point.code, point] as const])),
  );
  return points.flatMap(({ code, count }) => {
    const match = /^(.*)\[(0|[1-9][0-9]*)\]$/s.exec(code);
    const array = match ? arrays.get(match[1] ?? '') : undefined;
    const isNamed = array?.count !== undefined && Number(match?.[2]) < array.count;
    // An array `a[0]` names a[0][0]…, never a[0] itself.
    return isNamed && count === undefined ? [{ valueCode: code, codes: [array.code, code] as const }] : [];
  });
}
