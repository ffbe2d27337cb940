const slipsAtMost = 2;

/** The one of `words` that was probably meant by `typed`: two slips away at most, or begun and not finished. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const isBegun = (word: string) => typed.length > 2 && word.startsWith(typed);
  const [nearest] = words
    // Each letter too many or too few is a slip. Counting slips takes long where a stranger may send a megabyte.
    .filter((word) => isBegun(word) || Math.abs(word.length - typed.length) <= slipsAtMost)
    .map((word) => ({ word, slips: isBegun(word) ? 0 : slipsBetween(typed, word) }))
    .filter(({ word, slips }) => slips <= slipsAtMost && slips < word.length / 2)
    .sort((a, b) => a.slips - b.slips);
  return nearest?.word;
}

/** Letters to add, take away, change or swap with their neighbour (Levenshtein, and Damerau for the swaps). */
function slipsBetween(a: string, b: string): number {
  let twoAbove: number[] = [];
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    [twoAbove, above, row] = [above, row, [index + 1]];
    for (const [column, other] of [...b].entries()) {
      const isSwap = index > 0 && letter === b[column - 1] && a[index - 1] === other;
      row.push(
        Math.min(
          (row[column] ?? 0) + 1,
          (above[column + 1] ?? 0) + 1,
          (above[column] ?? 0) + (letter === other ? 0 : 1),
          isSwap ? (twoAbove[column - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return row.at(-1) ?? 0;
}
