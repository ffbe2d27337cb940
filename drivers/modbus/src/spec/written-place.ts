import type { InBoth } from '@holdfast/driver/form-words.ts';
import type { PointFields } from '@holdfast/driver/point.ts';
import type { FieldProblem, Parsed } from '@holdfast/driver/spec.ts';
import { addressDoubt, parseAddress } from '../layout/address-notation.ts';
import type { ModbusPlace, WrittenPlace } from '../layout/place.ts';
import { pointProblems } from './point-rules.ts';

/** The place as it is stored: zero-based, with its table, which the notation may name. */
export function parsePlace(written: WrittenPlace, point: PointFields): Parsed<ModbusPlace> {
  const { table, address, ...rest } = written;
  const found = parseAddress(address, table);
  if (!found.ok) return { ok: false, problems: [found] };
  if (!found.table) return { ok: false, problems: [noTable] };
  const place = { ...rest, table: found.table, address: found.address };
  const problems = pointProblems({ ...point, ...place });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, address: place };
}

const noTable: FieldProblem = {
  field: 'table',
  message: 'is required, unless the address is in the classic notation ("40001")',
};

/** Doubt about an address as somebody has written it. */
export function doubtOf(sent: object, shown: object): InBoth | undefined {
  const { address } = sent as { readonly address?: unknown };
  return addressDoubt(address, (shown as { readonly table?: unknown }).table);
}
