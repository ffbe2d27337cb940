import { nearestWord } from '../nearest-word.ts';

/** A body may be a megabyte of mistyped fields: the message about them stays readable. */
const toldNames = 10;
const toldLetters = 64;

/** Says for each of these unknown names which one was probably meant, or lists all that there are. */
export function unknownNames(
  kind: 'field' | 'query parameter',
  names: readonly string[],
  knownNames: readonly string[],
): string {
  const messages = names.slice(0, toldNames).map((name) => unknownName(kind, name, knownNames));
  const more = names.length > toldNames ? [`and ${names.length - toldNames} more that there are not`] : [];
  return [...messages, ...more].join('; ');
}

function unknownName(kind: string, name: string, knownNames: readonly string[]): string {
  const isTold = name.length <= toldLetters;
  const there = `there is no ${kind} "${isTold ? name : `${name.slice(0, toldLetters)}…`}"`;
  const nearest = isTold ? nearestWord(name, knownNames) : undefined;
  if (nearest !== undefined) return `${there}; did you mean ${nearest}?`;
  if (knownNames.length === 0) return `${there}; this takes none`;
  return `${there}; known: ${knownNames.join(', ')}`;
}
