import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';

/** A row to be made, changed or deleted. */
export interface RowWrite {
  readonly kind: ChangedKind;
  /** Undefined for a new thing that never existed before. */
  readonly id: number | undefined;
  readonly op: 'create' | 'change' | 'delete';
  /** All columns as they shall be, or for a deletion as they are; for a task also its lists. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Columns that get a new value. */
  readonly fields: readonly string[];
  /** Stands for the id of a new thing in rows that refer to it. */
  readonly standIn?: number;
  /** Where the request has its fields, for faults: `items.3.fields`. */
  readonly path?: string;
}
