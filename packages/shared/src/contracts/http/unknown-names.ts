import type { Text } from '@holdfast/texts/text.ts';
import { nearestWord } from '../nearest-word.ts';
import { fieldText } from '../words/field-texts.ts';

/** A body may be a megabyte of mistyped fields: the message about them stays readable. */
const toldNames = 10;
const toldLetters = 64;

/** Says for each of these unknown names which one was probably meant, or lists all that there are. */
export function unknownNames(
  kind: 'field' | 'query parameter',
  names: readonly string[],
  knownNames: readonly string[],
): Text {
  const messages = names.slice(0, toldNames).map((name) => unknownName(kind, name, knownNames));
  const more = names.length - toldNames;
  const texts = more > 0 ? [...messages, fieldText('more_unknown_names', { more })] : messages;
  return texts.length === 1 && texts[0] ? texts[0] : fieldText('all_of', { texts });
}

function unknownName(kind: 'field' | 'query parameter', word: string, knownNames: readonly string[]): Text {
  const isTold = word.length <= toldLetters;
  const name = isTold ? word : `${word.slice(0, toldLetters)}…`;
  const about = { kind: fieldText(kind === 'field' ? 'name_of_field' : 'name_of_query_parameter'), name };
  const nearest = isTold ? nearestWord(word, knownNames) : undefined;
  if (nearest !== undefined) return fieldText('unknown_name_nearest', { ...about, nearest });
  if (knownNames.length === 0) return fieldText('unknown_name_none', about);
  return fieldText('unknown_name_known', { ...about, names: knownNames.join(', ') });
}
