import type { Text } from '@holdfast/texts/text.ts';
import { storeText } from '../texts.ts';

export type Cell = number | bigint | string | boolean | null;

/** A series as it came; its cells are not checked yet. */
export interface Series {
  /** The measurement, or empty if the answer does not name it. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

export interface Row {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly cells: Readonly<Record<string, Cell>>;
}

export type Answer<T> =
  | { readonly ok: true; readonly results: T[] }
  | { readonly ok: false; readonly problem: Text };

const notAnAnswer = {
  ok: false,
  problem: storeText('not_an_answer_problem'),
} as const;
/** A value that is left out must not look as if it had never existed. */
const cutShort = {
  ok: false,
  problem: storeText('cut_short_problem'),
} as const;

/**
 * Rows in one part of an answer. Asked with `chunked=true`, InfluxDB 1.x answers in parts of so many rows, one JSON
 * document per line, to which its `max-row-limit` does not apply. Every part of a statement but the last says
 * `partial`, and so does a series that continues in the next part.
 *
 * A server that does not know `chunked` gives one document, in which a limit shows as `partial` next to the rows that
 * it has cut. 1.x also leaves that word on a series which it has joined from several parts: there it means nothing (all
 * measured with 1.6.7).
 */
const rowsOfPart = 10_000;

interface Statement {
  series: Series[];
  /** Whether its last series continues in the next part. */
  goesOn: boolean;
  isWhole: boolean;
}

/**
 * The documents of an answer, one per line.
 * @throws SyntaxError
 */
export function parseAnswer(text: string, parse: (json: string) => unknown): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => parse(line));
}

/**
 * The series of each statement. Checked by hand: a day of values has a hundred thousand arrays, and a schema would cost
 * more than the parsing.
 */
export function readSeries(documents: readonly unknown[]): Answer<Series[]> {
  const statements = new Map<unknown, Statement>();
  for (const document of documents) {
    if (!isObject(document) || !Array.isArray(document.results)) return notAnAnswer;
    for (const [index, result] of (document.results as unknown[]).entries()) {
      if (!isObject(result)) return notAnAnswer;
      if (typeof result.error === 'string')
        return { ok: false, problem: storeText('server_gave_reason', { reason: result.error }) };
      const id = result.statement_id ?? index;
      const statement = statements.get(id) ?? { series: [], goesOn: false, isWhole: false };
      statements.set(id, statement);
      const problem = addPart(statement, result);
      if (problem) return problem;
    }
  }
  const all = [...statements.values()];
  if (all.length === 0) return notAnAnswer;
  if (!all.every(({ isWhole }) => isWhole)) return cutShort;
  return { ok: true, results: all.map(({ series }) => series) };
}

function addPart(
  statement: Statement,
  { partial, series = [] }: Record<string, unknown>,
): typeof notAnAnswer | undefined {
  if (!Array.isArray(series)) return notAnAnswer;
  let isCut = false;
  for (const one of series as unknown[]) {
    if (!isObject(one) || !Array.isArray(one.columns) || !Array.isArray(one.values)) return notAnAnswer;
    const values = one.values as unknown[];
    if (!values.every(Array.isArray)) return notAnAnswer;
    const before = statement.goesOn ? statement.series.pop() : undefined;
    statement.series.push({
      name: typeof one.name === 'string' ? one.name : '',
      tags: isObject(one.tags) ? (one.tags as Record<string, string>) : {},
      columns: one.columns as string[],
      values: before ? before.values.concat(values as unknown[][]) : (values as unknown[][]),
    });
    statement.goesOn = one.partial === true;
    isCut = one.partial === true && values.length <= rowsOfPart;
  }
  statement.isWhole = partial !== true && !isCut;
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCell(value: unknown): value is Cell {
  return value === null || ['number', 'bigint', 'string', 'boolean'].includes(typeof value);
}

/** The rows of each statement. */
export function readRows(documents: readonly unknown[]): Answer<Row[]> {
  const answer = readSeries(documents);
  if (!answer.ok) return answer;
  const results: Row[][] = [];
  for (const statement of answer.results) {
    const rows: Row[] = [];
    for (const { tags, columns, values } of statement) {
      for (const row of values) {
        if (!row.every(isCell)) return notAnAnswer;
        const cells = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]));
        rows.push({ timeMs: Number(cells.time), tags, cells });
      }
    }
    results.push(rows);
  }
  return { ok: true, results };
}
