import { nearestWord } from '@holdfast/shared/contracts/nearest-word.ts';
import type { Command } from './command.ts';
import { say } from './words/say.ts';

/** Explains words with which no command begins: what is wrong with them, and what was probably meant. */
export function unknownCommand(commands: readonly Command[], given: readonly string[]): string {
  const [group = '', ...further] = given;
  const below = commands.filter(({ words }) => words[0] === group);
  if (below.length > 0 && further.length === 0) {
    const second = below.map(({ words }) => words[1]).join(', ');
    return say('{{group}} is the first word of several commands; the second one is missing: {{second}}.', {
      group,
      second,
    });
  }
  // No command has more than two words: later ones are operands.
  const said = given.slice(0, 2).join(' ');
  const all = commands.map(({ words }) => words.join(' '));
  const nearest =
    nearestWord(said, all) ??
    nearestWord(group, all) ??
    nearestWord(group, [...new Set(commands.map(({ words }) => words[0] ?? ''))]);
  return nearest === undefined
    ? say('There is no command {{said}}.', { said })
    : say('There is no command {{said}}; did you mean {{nearest}}?', { said, nearest });
}
