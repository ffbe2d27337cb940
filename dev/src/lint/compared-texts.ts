import ts from 'typescript';

/** Functions that put a text into the words of a language. */
const renderers = ['inLanguage', 'inEachLanguage', 'localize', 'say'];
const searches = ['includes', 'startsWith', 'endsWith', 'match', 'search', 'indexOf'];
const nothings = ["''", 'undefined', 'null'];
const equalities = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
];

/**
 * Finds code that decides by the words of a text, which differ by language and may be improved: its code tells what it
 * says. Seen are the words where they are made, and variables that hold them.
 *
 * @returns the numbers of the lines, from 1 on
 */
export function comparedTexts(file: string, source: string): number[] {
  if (!renderers.some((renderer) => source.includes(`${renderer}(`))) return [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
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
    if (decidesBy(node, isRendered)) lines.push(tree.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return lines;
}

function decidesBy(node: ts.Node, isRendered: (node: ts.Expression) => boolean): boolean {
  if (ts.isBinaryExpression(node) && equalities.includes(node.operatorToken.kind)) {
    const isPresence = [node.left, node.right].some((side) => nothings.includes(side.getText()));
    return !isPresence && (isRendered(node.left) || isRendered(node.right));
  }
  if (ts.isSwitchStatement(node)) return isRendered(node.expression);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  if (searches.includes(name.text)) return isRendered(expression);
  return name.text === 'test' && node.arguments.some(isRendered);
}
