import { turnsDuring } from '@holdfast/test/support/turns-during.ts';
import { expect, it } from 'vitest';
import { keyOf, type PointRow } from '../configuration/change-sets/row-write.ts';
import { type ImportedRow, pointWrites } from './point-writes.ts';
import type { StoredImport } from './stored-import.ts';

const view = {
  devices: [{ id: 1, code: 'press', protocol: 'modbus_tcp' }],
  newDevices: [],
} as unknown as StoredImport['view'];
const ids = Array.from({ length: 20_000 }, (_, at) => at + 1);
const point = (name: string) => ({ name, scale: 1, address: { at: [1, 2] } }) as unknown as PointRow;
const rowsOf = (state: ImportedRow['state'], isStored: boolean) =>
  ids.map(
    (id): ImportedRow => ({
      ...{ state, device: 'press', code: `p${id}`, task: null, point: point('new') },
      point_id: isStored ? id : null,
    }),
  );
const stored = new Map(ids.map((id) => [keyOf({ kind: 'point', id }), point('old')]));

it.each([
  ['makes', 'create', rowsOf('new', false)],
  ['changes', 'change', rowsOf('changed', true)],
])(
  'a list that %s thousands of points lets other requests have their turn while it is applied',
  async (_does, op, rows) => {
    const { result, turns } = await turnsDuring(() => pointWrites({ view }, rows, stored));
    expect(new Set(result.writes.map((write) => write.op))).toEqual(new Set([op]));
    expect(result.writes).toHaveLength(ids.length);
    expect(turns).toBeGreaterThan(2);
  },
);
