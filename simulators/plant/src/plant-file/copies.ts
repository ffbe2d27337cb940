/** Numbers of the copies of something: one without a number where none are made. */
export function copyNumbers(copies: number | undefined): readonly (number | undefined)[] {
  return copies === undefined ? [undefined] : Array.from({ length: copies }, (_, index) => index + 1);
}

/** `press-2` of a second copy. */
export function suffixed(name: string, copy: number | undefined): string {
  return copy === undefined ? name : `${name}-${copy}`;
}
