import type { ChangedKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';

/** A row that is to be made, changed or deleted. */
export interface RowWrite {
  readonly kind: ChangedKind;
  /** Undefined of what is to be made and never was there. */
  readonly id: number | undefined;
  readonly op: 'create' | 'change' | 'delete';
  /** All its columns as they shall be, of a deletion as they are; of a task its lists too. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Columns that are new. */
  readonly fields: readonly string[];
  /** Stands for the id of what is to be made, in rows that refer to it. */
  readonly standIn?: number;
  /** Where the request has its fields, for faults: `items.3.fields`. */
  readonly path?: string;
}
