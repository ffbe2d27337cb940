import { isDeepStrictEqual } from 'node:util';
import { specs } from '@holdfast/drivers/specs.ts';
import type {
  ChangedKind,
  ChangeItemView,
  ChangeOp,
} from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { allFieldsOf } from '@holdfast/shared/contracts/http/own-fields.ts';

/** Columns of a thing as a change set keeps them, which may be of an earlier release. */
export type Columns = Readonly<Record<string, unknown>>;

/** One thing in one change set, in columns. */
export interface ChangeItem {
  readonly kind: ChangedKind;
  readonly id: number;
  /** Rises with each set that touches the same thing. */
  readonly no: number;
  readonly code: string;
  readonly deviceCode: string | null;
  readonly protocol: string | null;
  readonly op: ChangeOp;
  readonly before: Columns;
  readonly after: Columns;
}

/** The item in the fields that the API gives the thing. */
export function itemView({
  kind,
  id,
  code,
  deviceCode,
  protocol,
  op,
  before,
  after,
}: ChangeItem): ChangeItemView {
  const was = flat(kind, before, protocol);
  const became = flat(kind, after, protocol);
  const names = Object.keys({ ...was, ...became });
  const fields = names
    .map((name) => [name, { before: was[name] ?? null, after: became[name] ?? null }] as const)
    .filter(([, each]) => !isDeepStrictEqual(each.before, each.after));
  return {
    ...{ kind, id, code, op },
    device: kind === 'point' ? deviceCode : null,
    fields: Object.fromEntries(fields),
  };
}

/** Converts the columns of a thing into the fields of its API. */
export function flat(kind: ChangedKind, columns: Columns, protocol: string | null): Columns {
  const { endpoint: _, connection, address, ...common } = columns;
  const spec = specs.get(String(columns.protocol ?? protocol));
  if (kind === 'device' && connection !== undefined) {
    return { ...common, ...(spec ? allFieldsOf(spec.connection, connection as object) : { connection }) };
  }
  if (kind === 'point' && address !== undefined) {
    return { ...common, ...(spec ? allFieldsOf(spec.place, spec.showAddress(address)) : { address }) };
  }
  return common;
}
