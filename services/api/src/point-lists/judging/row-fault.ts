import type { Text } from '@holdfast/texts/text.ts';
import { pointListsText } from '../texts.ts';

/** The header of the column in which a list of faulty rows has their faults. */
export const faultsHeader = pointListsText('faults');

/** A fault of a cell, or of a row without a cell for it. */
export interface RowFault {
  readonly sheet: string;
  /** `E17`, or only a row: `17`. */
  readonly cell: string;
  /** The header of the column, or the name of the field. */
  readonly column: string;
  readonly value: string;
  readonly code: FaultCode;
  readonly message: Text;
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

/** A fault whose cell is not known yet. */
export interface FieldFault {
  /** Name of the field. */
  readonly field: string;
  readonly code: FaultCode;
  readonly message: Text;
}

/** How a cell was read otherwise than it is written. */
export type NoteKind = 'decimal_comma' | 'rounded_period' | 'precision_left_out';

export interface FieldNote {
  /** Name of the field. */
  readonly field: string;
  readonly kind: NoteKind;
  readonly value: unknown;
}
