/** Characters that show nothing: controls, marks of direction, joiners and fillers. */
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** A name without invisible characters, by which it would pass as another one. */
export function withoutInvisible(name: string): string {
  // The blank of Braille is a symbol to Unicode and a blank to readers.
  return name.replace(invisible, '').replaceAll('\u2800', ' ');
}

/** A name as people read it: without differences of case, of width and of blanks. */
export function nameAsRead(name: string): string {
  return withoutInvisible(name.normalize('NFKC')).toLowerCase().replace(/\s+/g, ' ').trim();
}
