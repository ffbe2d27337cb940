/** Words that turn a comment into a riddle: the reader first has to find out what it is about. */
const refused = 'Of|What|That|So';

const openers = {
  /** A comment that begins in a line of TypeScript or JavaScript, behind code or alone. */
  slashes: new RegExp(`(?:^|\\s)/(?:/|\\*\\*?)\\s+(?:${refused})\\b`),
  hashes: new RegExp(`^\\s*#\\s+(?:${refused})\\b`),
  /** The first line of text below a line that has only the mark that begins a comment. */
  below: new RegExp(`^\\s*\\*\\s+(?:${refused})\\b`),
};

/** Words that may not open any sentence of a comment. */
const refusedLater = '(?:.*[.!?]\\s+)?(?:Of|That)\\s';

const sentences = {
  slashes: new RegExp(`(?:(?:^|\\s)//|(?:^|\\s)/\\*\\*?|^\\s*\\*)\\s+${refusedLater}`),
  hashes: new RegExp(`^\\s*#\\s+${refusedLater}`),
};

/** Finds comments, and sentences in them, that open with a refused word. @returns the numbers of their lines, from 1 on */
export function refusedOpeners(source: string, marks: 'slashes' | 'hashes'): number[] {
  const goesOn = marks === 'slashes' ? /^\s*\/\// : /^\s*#/;
  const lines = source.split('\n');
  return lines.flatMap((line, at) => {
    const before = lines[at - 1] ?? '';
    const isSecondLine = goesOn.test(line) && goesOn.test(before);
    const opens = openers[marks].test(line) && !isSecondLine;
    const opensBelow = marks === 'slashes' && openers.below.test(line) && /^\s*\/\*\*?\s*$/.test(before);
    return opens || opensBelow || sentences[marks].test(line) ? [at + 1] : [];
  });
}
