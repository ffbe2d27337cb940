import { type Document, isAlias, isCollection, isNode, type LineCounter, type Node } from 'yaml';
import type * as z from 'zod';

export interface FileProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A plant file cannot be used. The message has one line for each thing that is wrong: `file:line: where: what`. */
export class PlantFileError extends Error {
  override readonly name = 'PlantFileError';
}

export function plantFileError(
  file: string,
  document: Document,
  lines: LineCounter,
  problems: readonly FileProblem[],
): PlantFileError {
  const messages = problems
    .map(({ path, message }) => ({ line: lineOf(document, lines, path), path, message }))
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, path, message }) => {
      const where = path.length === 0 ? '' : `${inWords(path)}: `;
      return `${file}:${line}: ${where}${message}`;
    });
  return new PlantFileError(messages.join('\n'));
}

/** The problems in an error. Where no branch of a union fits, the one that got furthest shows what was meant. */
export function problemsOf(error: z.core.$ZodError): FileProblem[] {
  return error.issues.flatMap((issue) => issueProblems(issue, []));
}

function issueProblems(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): FileProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.map((issues) => issues.flatMap((each) => issueProblems(each, path)));
    const depth = (branch: FileProblem[]): number => Math.max(...branch.map((each) => each.path.length));
    const furthest = branches.toSorted((one, other) => depth(other) - depth(one))[0] ?? [];
    if (depth(furthest) > path.length) return furthest;
    // Where all branches stop at the same place, the meant one complains of more than the type.
    const telling = branches.find((_, index) => !issue.errors[index]?.some(isOfType));
    if (telling) return telling;
    const messages = new Set(branches.flat().map(({ message }) => message.replace('Invalid input: ', '')));
    return [{ path, message: [...messages].join(' | ') }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such setting' }));
  }
  return [{ path, message: issue.message }];
}

/** Whether the value is of another kind than the one that is meant. */
const isOfType = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_type' ||
  issue.code === 'invalid_union' ||
  (issue.code === 'invalid_value' && issue.values.length === 1);

function inWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  );
}

/** The line of the deepest existing node on the path. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : 0;
  for (const part of path) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : isNode(node) ? node : undefined;
    if (!isCollection(here)) break;
    const next = here.get(part, true);
    if (!isNode(next)) break;
    node = next;
    offset = next.range?.[0] ?? offset;
  }
  return lines.linePos(offset ?? 0).line;
}
