import ts from 'typescript';

/** Functions that put a text into the words of a language. */
const renderers = ['inLanguage', 'inEachLanguage', 'localize', 'say'];
const searches = ['includes', 'startsWith', 'endsWith', 'match', 'search', 'indexOf'];
const nothings = ["''", 'undefined', 'null'];
/** Names of what holds a text, of ours or of others, in errors and problems. */
const holders = ['message', 'detail', 'title'];
/** Stands above code that has nothing but the text of a library or server to go by. */
const permission = /\/\/ By its text: \S/;
const equalities = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
];

/**
 * Finds code that decides by the words of a text, which differ by language and may be improved: its code tells what it
 * says. Seen are the words where they are made, variables that hold them, the texts of errors and problems, and
 * comparisons with a literal of several words. What others give no code for says so in the line above:
 * `// By its text: NATS gives no code`.
 *
 * @returns the numbers of the lines, from 1 on
 */
export function comparedTexts(file: string, source: string): number[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const sourceLines = source.split('\n');
  const lines: number[] = [];
  const variables = new Set<string>();
  const isRendered = (node: ts.Expression): boolean =>
    ts.isParenthesizedExpression(node)
      ? isRendered(node.expression)
      : ts.isIdentifier(node)
        ? variables.has(node.text)
        : ts.isCallExpression(node) &&
          ts.isIdentifier(node.expression) &&
          renderers.includes(node.expression.text);
  const collect = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      if (isRendered(node.initializer)) variables.add(node.name.text);
    }
    ts.forEachChild(node, collect);
  };
  collect(tree);
  const visit = (node: ts.Node): void => {
    if (decidesBy(node, isRendered)) {
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (!permission.test(sourceLines[line - 2] ?? '')) lines.push(line);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return lines;
}

/** What an error or a problem says, in the words of ours or of others. */
const isHolder = (node: ts.Expression) =>
  (ts.isIdentifier(node) && holders.includes(node.text)) ||
  (ts.isPropertyAccessExpression(node) && holders.includes(node.name.text)) ||
  node.getText() === 'String(error)';

const isLiteral = (node: ts.Expression | undefined) =>
  node !== undefined &&
  (ts.isStringLiteralLike(node) || node.kind === ts.SyntaxKind.RegularExpressionLiteral);

/** A text for people by its looks: a capital letter and several words, or Chinese. */
const isSentence = (node: ts.Expression) =>
  ts.isStringLiteralLike(node) && /^\p{Lu}\p{Ll}+,? \p{L}|\p{Script=Han}/u.test(node.text);

function decidesBy(node: ts.Node, isRendered: (node: ts.Expression) => boolean): boolean {
  if (ts.isBinaryExpression(node) && equalities.includes(node.operatorToken.kind)) {
    const sides = [node.left, node.right];
    // Whether there is one, or it is still the same, is no matter of words.
    if (sides.some((side) => nothings.includes(side.getText()))) return false;
    return (
      sides.some(isRendered) || sides.some(isSentence) || (sides.some(isHolder) && sides.some(isLiteral))
    );
  }
  if (ts.isCaseClause(node)) return isSentence(node.expression);
  if (ts.isSwitchStatement(node)) return isRendered(node.expression) || isHolder(node.expression);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  const [first] = node.arguments;
  if (name.text === 'test') return node.arguments.some((each) => isRendered(each) || isHolder(each));
  if (!searches.includes(name.text)) return false;
  return (
    isRendered(expression) || node.arguments.some(isSentence) || (isHolder(expression) && isLiteral(first))
  );
}
