import { basename, extname } from 'node:path';
import ts from 'typescript';

/** Words that say what happened to a thing, but not what it is. */
const words = [
  ...['asked', 'chosen', 'found', 'given', 'heard', 'judged', 'kept', 'known', 'looked', 'meant'],
  ...['said', 'seen', 'shown', 'taken', 'told', 'wanted'],
];
const anyWord = new RegExp(words.join('|'), 'i');

/**
 * Finds files, variables, parameters, functions, types and private members that are named by such a word alone.
 * Properties are left out: their names may be those of a message. So are variables that take the name of the property
 * they come from.
 *
 * @returns the numbers of the lines, from 1 on
 */
export function bareNames(file: string, source: string): number[] {
  const lines: number[] = [];
  if (words.includes(basename(file).split('.')[0] ?? '')) lines.push(1);
  // Most files have none of the words, and parsing takes a millisecond each.
  if (!anyWord.test(source)) return lines;
  const kind = extname(file) === '.tsx' ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, kind);
  const visit = (node: ts.Node): void => {
    const name = declaredName(node);
    if (name && words.includes(name.text.replace(/^#/, '').toLowerCase())) {
      lines.push(tree.getLineAndCharacterOfPosition(name.end).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return lines;
}

function declaredName(node: ts.Node): ts.Identifier | ts.PrivateIdentifier | undefined {
  const isNamed =
    ts.isVariableDeclaration(node) ||
    (ts.isParameter(node) && !ts.isFunctionTypeNode(node.parent)) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isImportSpecifier(node) && node.propertyName !== undefined) ||
    (ts.isBindingElement(node) && !takesNameOfProperty(node));
  const isPrivate =
    (ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node)) && ts.isPrivateIdentifier(node.name);
  const name = isNamed || isPrivate ? node.name : undefined;
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name : undefined;
}

function takesNameOfProperty({ propertyName, dotDotDotToken, parent }: ts.BindingElement): boolean {
  return propertyName === undefined && dotDotDotToken === undefined && ts.isObjectBindingPattern(parent);
}
