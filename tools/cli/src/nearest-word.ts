/** The one of `words` that was probably meant by `typed`: two slips away at most, or begun and not finished. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const [nearest] = words
    .map((word) => ({
      word,
      slips: typed.length > 2 && word.startsWith(typed) ? 0 : slipsBetween(typed, word),
    }))
    .filter(({ word, slips }) => slips <= 2 && slips < word.length / 2)
    .sort((a, b) => a.slips - b.slips);
  return nearest?.word;
}

/** Letters to add, take away or change (Levenshtein). */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const above = row;
    row = [index + 1];
    for (const [column, other] of [...b].entries()) {
      row.push(
        Math.min(
          (row[column] ?? 0) + 1,
          (above[column + 1] ?? 0) + 1,
          (above[column] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    }
  }
  return row.at(-1) ?? 0;
}
