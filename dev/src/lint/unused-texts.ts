/** A catalogue in a source, with its codes. */
const catalogueOf = /^ {2,4}(\w+): \{(?: en: |\n\s+en: )/gm;

/**
 * Finds texts that nothing says.
 *
 * @param catalogues by file
 * @param sources everything else
 * @returns file and code
 */
export function unusedTexts(
  catalogues: ReadonlyMap<string, string>,
  sources: readonly string[],
): { readonly file: string; readonly code: string }[] {
  const words = new Set(sources.flatMap((source) => source.match(/(?<=')[\w.]+(?=')/g) ?? []));
  const isMade = madeCodes(sources);
  return [...catalogues].flatMap(([file, source]) =>
    [...source.matchAll(catalogueOf)].flatMap(([, code = '']) =>
      words.has(code) || isMade(code) ? [] : { file, code },
    ),
  );
}

/** Codes such as `role_${role}`. */
function madeCodes(sources: readonly string[]): (code: string) => boolean {
  const made = sources.flatMap((source) => [...source.matchAll(/`(\w*)\$\{\w+\}(\w*)`/g)]);
  const parts = new Set(
    made.filter(([, start, end]) => start || end).map(([, start, end]) => `${start}|${end}`),
  );
  return (code) =>
    [...parts].some((each) => {
      const [start = '', end = ''] = each.split('|');
      return code.startsWith(start) && code.endsWith(end) && (start + end).includes('_');
    });
}
