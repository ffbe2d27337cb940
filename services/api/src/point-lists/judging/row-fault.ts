/** A fault of a cell, or of a row where it has no cell for it. The message is English; `faultInChinese` has it in Chinese. */
export interface RowFault {
  readonly sheet: string;
  /** `E17`, or a row alone: `17`. */
  readonly cell: string;
  /** The header of the column, or the name of the field. */
  readonly column: string;
  readonly value: string;
  readonly code: FaultCode;
  readonly message: string;
}

export const faultCodes = [
  'formula_not_computed',
  'formula_failed',
  'date',
  'not_a_number',
  'unknown_word',
  'wrong_form',
  'address',
  'missing',
  'unknown_device',
  'unknown_site',
  'contradicts',
  'duplicate',
  'exists',
  'refused',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** A fault before it is known where its cell is. */
export interface FieldFault {
  /** Name of the field. */
  readonly field: string;
  readonly code: FaultCode;
  readonly message: string;
}
