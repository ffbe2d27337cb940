import { LineCounter, parseDocument, visit } from 'yaml';

/**
 * JSON is YAML too. Aliases are refused: a few lines of them can stand for more than any machine holds.
 * @throws Error that says where
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
    const others = further.length === 0 ? '' : ` (and ${further.length} more)`;
    throw new Error(
      `line ${first.line} has the alias *${first.name}${others}, and aliases are not taken. ` +
        `Write out what &${first.name} names wherever it is meant; yq does so: yq 'explode(.)' FILE`,
    );
  }
  return document.toJS({ maxAliasCount: 0 });
}
