/** The numbers of copies; a single undefined where no copies are wanted. */
export function copyNumbers(copies: number | undefined): readonly (number | undefined)[] {
  return copies === undefined ? [undefined] : Array.from({ length: copies }, (_, index) => index + 1);
}

/** The name of a copy: `press-2` for the second one. */
export function suffixed(name: string, copy: number | undefined): string {
  return copy === undefined ? name : `${name}-${copy}`;
}
