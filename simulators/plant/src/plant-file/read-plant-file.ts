import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import type { PlantPart } from '../plant.ts';
import { PlantProblems, preparePlant } from '../prepare-plant.ts';
import type { Simulator } from '../simulator.ts';
import { csvColumn } from './csv-column.ts';
import { PlantFileError, plantFileError, problemsOf } from './plant-file-error.ts';

export interface ReadPlant {
  readonly host: string;
  readonly controlPort: number;
  /** One for each simulator that has endpoints in the file. */
  readonly parts: readonly PlantPart[];
}

export interface ReadOptions {
  readonly simulators: readonly Simulator[];
  /** ms since 1970; values and planned faults count from then on. */
  readonly startedAtMs?: number;
}

const fileSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  /** Port for HTTP calls that set faults; 0 takes a free one. */
  control_port: z.int().min(0).max(65535).default(5030),
  /** The simulator of each protocol knows the other fields. */
  endpoints: z.array(z.looseObject({ protocol: z.string() })).min(1),
});

/**
 * The plant that a YAML file describes; docs/simulator.md has the format.
 * @throws PlantFileError with everything that is wrong, each with its line
 */
export function readPlantFile(file: string, options: ReadOptions): ReadPlant {
  let text: string;
  try {
    text = textOf(readFileSync(file));
  } catch (cause) {
    throw new PlantFileError(`${file}: ${(cause as Error).message}`, { cause });
  }
  return parsePlantFile(text, { file, ...options });
}

/** @param options.file name of the text in messages; files that the text names are next to it */
export function parsePlantFile(
  text: string,
  { file, simulators, startedAtMs = Date.now() }: ReadOptions & { readonly file: string },
): ReadPlant {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  if (document.errors.length > 0) {
    const messages = document.errors.map(
      ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`,
    );
    throw new PlantFileError(messages.join('\n'));
  }
  const parsed = fileSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw plantFileError(file, document, lines, problemsOf(parsed.error));
  const columns = new Map<string, string>();
  const readColumn = (name: string, column: string): readonly (number | string)[] => {
    const path = resolve(dirname(file), name);
    const content = columns.get(path) ?? readText(path);
    columns.set(path, content);
    return csvColumn(content, column);
  };
  try {
    const parts = preparePlant(parsed.data.endpoints, simulators, { startedAtMs, readColumn });
    return { host: parsed.data.host, controlPort: parsed.data.control_port, parts };
  } catch (error) {
    if (error instanceof PlantProblems) throw plantFileError(file, document, lines, error.problems);
    throw error;
  }
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new Error('cannot be read', { cause });
  }
  return textOf(bytes);
}

function textOf(bytes: Buffer): string {
  const text = utf8Text(bytes);
  if (text === undefined) throw new Error('is not in UTF-8: save it as UTF-8');
  return text;
}
