export interface TableRow {
  /** The last heading above the table, without its marks. */
  readonly section: string;
  readonly cells: readonly string[];
}

/** Rows of all tables of a Markdown page, without the head and the line below it. */
export function tableRows(markdown: string): TableRow[] {
  const rows: TableRow[] = [];
  let section = '';
  let isInTable = false;
  for (const line of markdown.split('\n')) {
    const heading = /^#+\s+(.*)$/.exec(line);
    if (heading?.[1]) section = heading[1];
    if (!line.startsWith('|')) isInTable = false;
    else if (/^\|[\s:|-]+\|$/.test(line)) isInTable = true;
    else if (isInTable) rows.push({ section, cells: cellsOf(line) });
  }
  return rows;
}

/** Names in `code` marks within a cell. */
export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
