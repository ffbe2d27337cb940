/** A piece of a line of Markdown; `code` is set in a monospaced font. */
export type TextPiece = readonly [kind: 'text' | 'code', text: string];

/** The documents' paragraph about some problem codes. */
export interface ProblemParagraph {
  readonly codes: readonly string[];
  readonly status: number;
  readonly text: readonly TextPiece[];
}

export type ProblemParagraphs = Readonly<Record<'en' | 'zh', readonly ProblemParagraph[]>>;

/** Rows of a table of problems: codes, status, meaning. */
export function paragraphsOf(markdown: string): ProblemParagraph[] {
  return markdown.split('\n').flatMap((line) => {
    const [, first = '', status = '', meaning = ''] =
      /^\| ((?:`[a-z_]+`(?:, )?)+) \| (\d{3}) \| (.*) \|$/.exec(line) ?? [];
    const codes = [...first.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code ?? '');
    return codes.length === 0 ? [] : [{ codes, status: Number(status), text: piecesOf(meaning) }];
  });
}

/** Splits a line into pieces. Links become plain text, because their targets are not in the console. */
function piecesOf(markdown: string): TextPiece[] {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/(`[^`]+`)/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('`') ? ['code', piece.slice(1, -1)] : ['text', piece]));
}
