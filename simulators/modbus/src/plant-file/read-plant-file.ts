import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { LineCounter, parseDocument } from 'yaml';
import { durationMs } from '../duration.ts';
import { type Fault, faultProblem, type Transport } from '../fault.ts';
import type { PlantConfig, PlantEndpointConfig, PlantUnit } from '../plant-config.ts';
import { type PlainEndpoint, suffixed, withoutCopies } from './copies.ts';
import { csvColumn } from './csv-column.ts';
import { type FileProblem, PlantFileError, plantFileError, problemsOf } from './plant-file-error.ts';
import { plantFileSchema } from './plant-file-schema.ts';
import { memoryOfFile } from './unit-of-file.ts';

export interface ReadPlant {
  readonly host: string;
  readonly controlPort: number;
  readonly config: PlantConfig;
}

/**
 * The plant that a YAML file describes; docs/simulator.md has the format. Values and planned faults count from
 * `startedAtMs` (ms since 1970), now unless given.
 * @throws PlantFileError with everything that is wrong, each with its line
 */
export function readPlantFile(file: string, startedAtMs = Date.now()): ReadPlant {
  let text: string;
  try {
    text = textOf(readFileSync(file));
  } catch (cause) {
    throw new PlantFileError(`${file}: ${(cause as Error).message}`, { cause });
  }
  return parsePlantFile(text, { file, startedAtMs });
}

/** @param options.file what the text is called in messages; files that it names lie beside it */
export function parsePlantFile(
  text: string,
  { file, startedAtMs }: { readonly file: string; readonly startedAtMs: number },
): ReadPlant {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  if (document.errors.length > 0) {
    const said = document.errors.map(
      ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message}`,
    );
    throw new PlantFileError(said.join('\n'));
  }
  const parsed = plantFileSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw plantFileError(file, document, lines, problemsOf(parsed.error));

  const problems: FileProblem[] = [];
  const columns = new Map<string, string>();
  const readColumn = (name: string, column: string): readonly (number | string)[] => {
    const path = resolve(dirname(file), name);
    const content = columns.get(path) ?? readText(path);
    columns.set(path, content);
    return csvColumn(content, column);
  };
  const endpoints = withoutCopies(parsed.data).map((endpoint) => {
    const units = endpoint.units.map(({ path, of, device, unitId }): PlantUnit => {
      if (unitId > 255)
        problems.push({ path: [...path, 'unit_id'], message: `${device} would be unit ${unitId}` });
      problems.push(...problemsOfFaults(of.faults, endpoint.of.transport, path));
      return {
        code: device,
        unitId,
        tables: memoryOfFile(of, path, {
          device,
          startedAtMs,
          readColumn,
          complain: (problem) => problems.push(problem),
        }),
        limits: {
          maxRegisters: of.max_registers,
          maxBits: of.max_bits,
          tooLargeException: of.too_large_exception,
          forbidden: of.forbidden,
        },
        latency: { fixedMs: msOf(of.latency), jitterMs: msOf(of.jitter) },
        ...(of.identity ? { identity: of.identity } : {}),
        faults: of.faults,
      };
    });
    problems.push(...problemsOfFaults(endpoint.of.faults, endpoint.of.transport, endpoint.path));
    return endpointConfig(endpoint, units);
  });
  problems.push(...twice(withoutCopies(parsed.data)));
  if (problems.length > 0) throw plantFileError(file, document, lines, withoutRepeats(problems));
  return { host: parsed.data.host, controlPort: parsed.data.control_port, config: { endpoints } };
}

function endpointConfig({ name, of, copy }: PlainEndpoint, units: readonly PlantUnit[]): PlantEndpointConfig {
  const ofAll = {
    name,
    units,
    faults: of.faults,
    ...(of.unknown_unit === undefined ? {} : { unknownUnit: of.unknown_unit }),
    ...(of.unit_timeout === undefined ? {} : { unitTimeoutMs: durationMs(of.unit_timeout) }),
  };
  if (of.transport === 'serial') {
    const place = of.pty === undefined ? { path: of.path ?? '' } : { pty: suffixed(of.pty, copy) };
    return {
      ...ofAll,
      transport: 'serial',
      serial: { ...place, baudRate: of.baud_rate, parity: of.parity, stopBits: of.stop_bits },
      isPaced: of.paced,
    };
  }
  return {
    ...ofAll,
    transport: of.transport,
    port: of.port === 0 ? 0 : of.port + (copy ?? 1) - 1,
    ...(of.max_connections === undefined ? {} : { maxConnections: of.max_connections }),
    ...(of.other_connections === undefined ? {} : { otherConnections: of.other_connections }),
  };
}

function problemsOfFaults(
  faults: readonly Fault[],
  transport: Transport,
  path: readonly PropertyKey[],
): FileProblem[] {
  return faults.flatMap((fault, index) => {
    const message = faultProblem(fault, transport);
    return message === undefined ? [] : [{ path: [...path, 'faults', index], message }];
  });
}

/** Names, unit ids, ports and lines that are there twice. */
function twice(endpoints: readonly PlainEndpoint[]): FileProblem[] {
  const problems: FileProblem[] = [];
  const seen = new Set<string>();
  const once = (what: string, path: readonly PropertyKey[]): void => {
    if (seen.has(what)) problems.push({ path, message: `there are two: ${what}` });
    seen.add(what);
  };
  for (const { name, path, of, copy, units } of endpoints) {
    once(`endpoint ${name}`, path);
    if (of.transport === 'serial') once(`line ${of.pty ?? of.path}${copy ?? ''}`, path);
    else if (of.port !== 0) {
      const port = of.port + (copy ?? 1) - 1;
      if (port > 65_535)
        problems.push({ path: [...path, 'port'], message: `copy ${copy} would be at ${port}` });
      once(`port ${port}`, [...path, 'port']);
    }
    for (const unit of units) {
      once(`device ${unit.device}`, [...unit.path, 'device']);
      once(`unit ${unit.unitId} of endpoint ${name}`, [...unit.path, 'unit_id']);
    }
  }
  return problems;
}

/** The problems without those of copies: they are as wrong as what they are copies of. */
function withoutRepeats(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...new Map(problems.map((each) => [`${each.path.join(' ')} ${each.message}`, each])).values()];
}

function msOf(duration: string | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
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
