/** A piece of a line of Markdown; `code` is set in a monospaced font. */
export type TextPiece = readonly [kind: 'text' | 'code', text: string];

/** The paragraph of the reference about some problem codes. */
export interface ProblemParagraph {
  readonly codes: readonly string[];
  /** A title for each code. */
  readonly titles: readonly string[];
  readonly status: number;
  readonly text: readonly TextPiece[];
}

export type ProblemParagraphs = Readonly<Record<'en' | 'zh', readonly ProblemParagraph[]>>;

/** Rows of the table in docs/reference/problems.md: code, status, title, meaning. Those with one meaning are one. */
export function paragraphsOf(markdown: string): ProblemParagraph[] {
  const paragraphs = new Map<string, ProblemParagraph & { codes: string[]; titles: string[] }>();
  for (const [, code = '', status = '', title = '', meaning = ''] of markdown.matchAll(
    /^\| `([a-z_]+)` \| (\d{3}) \| ([^|]+) \| (.+) \|$/gm,
  )) {
    const paragraph = paragraphs.get(`${status} ${meaning}`);
    if (paragraph) {
      paragraph.codes.push(code);
      paragraph.titles.push(title);
    } else
      paragraphs.set(`${status} ${meaning}`, {
        codes: [code],
        titles: [title],
        status: Number(status),
        text: piecesOf(meaning),
      });
  }
  return [...paragraphs.values()];
}

/** Splits a line into pieces. Links become plain text, because their targets are not in the console. */
function piecesOf(markdown: string): TextPiece[] {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/(`[^`]+`)/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('`') ? ['code', piece.slice(1, -1)] : ['text', piece]));
}
