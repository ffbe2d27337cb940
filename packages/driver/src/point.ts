/** Kinds of values that a point may hold in any protocol; each protocol says which of them it has. */
export const dataTypes = [
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
  'bcd16',
  'bcd32',
  'string',
  'unix_time32',
  'unix_time64',
] as const;
export type DataType = (typeof dataTypes)[number];

export type PointValue = number | boolean | string;

/** Two raw values and the engineering values for which they stand; a straight line goes through both. */
export interface LinearRange {
  readonly raw_min: number;
  readonly raw_max: number;
  readonly eng_min: number;
  readonly eng_max: number;
}

/** The fields that define the meaning of a raw value. */
export interface PointMeaning {
  readonly data_type: DataType;
  /** engineering value = raw × scale + offset; booleans, texts and times are not scaled. */
  readonly scale: number;
  readonly offset: number;
  /** Number of decimals kept. */
  readonly precision?: number | undefined;
  /** In engineering units; a value outside is uncertain. */
  readonly valid_min?: number | undefined;
  readonly valid_max?: number | undefined;
  /** Used instead of scale and offset. */
  readonly linear?: LinearRange | undefined;
  /** Text for each raw whole number, in decimal. */
  readonly enumeration?: Readonly<Record<string, string>> | undefined;
}

/** The fields of a point that exist in every protocol. */
export interface PointFields extends PointMeaning {
  readonly code: string;
  /** Number of values, for an array with one value after the other. */
  readonly count?: number | undefined;
  /** Whether operators may write it. */
  readonly writable?: boolean | undefined;
}

/** The names of the point's values in samples: its code, or `code[0]`… of an array. */
export function valueCodes({ code, count }: { code: string; count?: number | undefined }): readonly string[] {
  return count === undefined ? [code] : Array.from({ length: count }, (_, index) => `${code}[${index}]`);
}
