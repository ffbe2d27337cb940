import { LineCounter, parseDocument, visit } from 'yaml';
import { say } from './words/say.ts';

/**
 * Reads YAML, and so JSON. Aliases are refused: a few lines of them can stand for more than any machine holds.
 * @throws Error that says where the fault is
 */
export function yamlContent(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [fault] = document.errors;
  if (fault) throw fault;
  const aliases: { readonly name: string; readonly line: number }[] = [];
  visit(document, {
    Alias: (_key, { source, range }) => {
      aliases.push({ name: source, line: lineCounter.linePos(range?.[0] ?? 0).line });
    },
  });
  const [first, ...further] = aliases;
  if (first) {
    throw new Error(
      say('line_has_the_alias_and_aliases', {
        ...first,
        others: further.length === 0 ? '' : say('and_more_in_brackets', { more: further.length }),
      }),
    );
  }
  return document.toJS({ maxAliasCount: 0 });
}
