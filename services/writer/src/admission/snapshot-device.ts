import type { PointLabels } from '@holdfast/sample-store/sample-store.ts';
import type { Lacking } from '@holdfast/shared/contracts/sample/lacking.ts';
import { plainNames } from '@holdfast/shared/contracts/sample/plain-values.ts';
import type { PlainValues } from '@holdfast/shared/contracts/sample/read-sample.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { isWholeNumber, type TaskConfig, valueCodes } from '@holdfast/shared/contracts/task-config.ts';

/** Most sets of names remembered for a device; devices that report only changes have many. */
const marksKept = 256;

/** The part of a sample that is compared with the snapshot. */
export type SampleOfDevice = Pick<
  Sample,
  'device' | 'site' | 'measurement' | 'values' | 'integers' | 'uncertain' | 'changes' | 'bad' | 'lacking'
> & {
  readonly plainValues?: PlainValues;
};

/** A device as a snapshot has it, and what its samples may therefore say. */
export class SnapshotDevice {
  readonly code: string;
  readonly site: string;
  readonly measurement: string;
  readonly #points: TaskConfig['devices'][number]['points'];
  readonly #codes: ReadonlySet<string>;
  #pointCodes: ReadonlySet<string> | undefined;
  #labels: ReadonlyMap<string, PointLabels> | undefined;
  /** Marks of name sets that were found to belong to this device: its samples nearly always have the same ones. */
  readonly #marks = new Set<number>();

  constructor({ code, site_code, measurement = code, points }: TaskConfig['devices'][number]) {
    this.code = code;
    this.site = site_code;
    this.measurement = measurement;
    this.#points = points;
    this.#codes = new Set(points.flatMap(valueCodes));
  }

  /** Name, unit and kind of each value, by its code. */
  get labels(): ReadonlyMap<string, PointLabels> {
    this.#labels ??= new Map(
      this.#points.flatMap((point) => {
        const labels = { name: point.name, unit: point.unit, isWhole: isWholeNumber(point) };
        return valueCodes(point).map((code) => [code, labels] as const);
      }),
    );
    return this.#labels;
  }

  /** Names what in the sample does not belong to this device, or undefined if everything does. */
  strangerIn(sample: SampleOfDevice): string | undefined {
    if (sample.device !== this.code) return `the device is ${this.code}, not ${sample.device}`;
    if (sample.site !== this.site) return `${this.code} is at the site '${this.site}', not '${sample.site}'`;
    if (sample.measurement !== this.measurement) {
      return `the measurement of ${this.code} is ${this.measurement}, not ${sample.measurement}`;
    }
    const { plainValues, integers, uncertain, changes, bad, lacking } = sample;
    const code =
      (plainValues ? this.#strangerInPlain(plainValues) : this.#stranger(keysOf(sample.values))) ??
      (integers && this.#stranger(keysOf(integers))) ??
      (uncertain && this.#stranger(uncertain)) ??
      (changes && this.#stranger(keysOf(changes))) ??
      (bad && this.#stranger(keysOf(bad))) ??
      (lacking && this.#strangerPoint(lacking));
    return code === undefined ? undefined : `${this.code} has no point ${code}`;
  }

  #strangerInPlain({ bytes, from, to, namesMark }: PlainValues): string | undefined {
    if (this.#marks.has(namesMark)) return undefined;
    const stranger = this.#stranger(plainNames(bytes, from, to));
    if (stranger !== undefined) return stranger;
    if (this.#marks.size >= marksKept) this.#marks.clear();
    this.#marks.add(namesMark);
    return undefined;
  }

  #strangerPoint(lacking: Lacking): string | undefined {
    this.#pointCodes ??= new Set(this.#points.map(({ code }) => code));
    for (const { points = [] } of lacking) {
      for (const { codes } of points) {
        const stranger = codes.find((code) => !this.#pointCodes?.has(code));
        if (stranger !== undefined) return stranger;
      }
    }
    return undefined;
  }

  #stranger(codes: readonly string[]): string | undefined {
    return codes.find((code) => !this.#codes.has(code));
  }
}

function keysOf(of: object | undefined): string[] {
  return of === undefined ? [] : Object.keys(of);
}
