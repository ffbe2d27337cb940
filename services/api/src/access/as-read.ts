/** A name as people read it: without differences of case, of width and of blanks. */
export function asRead(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
