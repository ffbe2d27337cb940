import { turnsDuring } from '@holdfast/test/support/turns-during.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeItem, Columns } from './item-view.ts';
import { type LaterItem, narrowed, planRevert } from './plan-revert.ts';
import { keyOf } from './row-write.ts';

type State = ReadonlyMap<string, Columns>;
type Item = LaterItem;

const about = { code: 'press', deviceCode: 'press', protocol: 'modbus_tcp' };
const of = (op: ChangeItem['op'], before: Columns, after: Columns, { id = 1, setId = 1 } = {}): Item => ({
  ...{ kind: 'device', id, no: setId, setId, op, before, after, ...about },
});

const applied = (state: State, { op, before, after, ...item }: Item): State => {
  const next = new Map(state);
  const key = keyOf(item);
  const now = next.get(key);
  if (op === 'created') next.set(key, after);
  else if (op === 'deleted') next.delete(key);
  else if (now) {
    const connection = 'connection' in after && {
      connection: overlaid(
        now.connection as Columns,
        before.connection as Columns,
        after.connection as Columns,
      ),
    };
    next.set(key, { ...now, ...after, ...connection });
  }
  return next;
};
/** The columns with only the fields overwritten that a set changed. */
const overlaid = (now: Columns, before: Columns, after: Columns): Columns => {
  const changed = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return { ...now, ...Object.fromEntries(changed) };
};

/** The history of sets that triggers would have recorded for these requests. */
function recorded(requests: readonly { id: number; what: number; value: number }[]): {
  sets: Item[];
  state: State;
} {
  let state: State = new Map();
  const sets: Item[] = [];
  for (const [index, { id, what, value }] of requests.entries()) {
    const at = { id, setId: index + 1 };
    const now = state.get(keyOf({ kind: 'device', id }));
    const whole = { name: `n${value}`, connection: { host: `h${value}`, port: value } };
    let item: Item | undefined;
    if (!now) item = of('created', {}, whole, at);
    else if (what === 0) item = of('deleted', now, {}, at);
    else {
      const own = now.connection as Columns;
      const after: Columns =
        what === 1
          ? { name: `n${value}` }
          : { connection: { ...own, [what === 2 ? 'host' : 'port']: value } };
      const before = Object.fromEntries(Object.keys(after).map((name) => [name, now[name]]));
      if (JSON.stringify(before) !== JSON.stringify(after)) item = of('changed', before, after, at);
    }
    if (!item) continue;
    sets.push(item);
    state = applied(state, item);
  }
  return { sets, state };
}

/** The state that results when a set is taken back, or undefined if something else was written over it. */
function takenBack(
  state: State,
  { op, before, after, ...item }: Item,
  later: readonly Item[],
): State | undefined {
  const next = new Map(state);
  const key = keyOf(item);
  const now = next.get(key);
  if (op === 'deleted') return now ? next : next.set(key, before);
  if (!now) return next;
  if (op === 'created') {
    if (JSON.stringify(now) === JSON.stringify(after)) next.delete(key);
    else if (later.every((each) => each.op === 'changed')) return undefined;
    return next;
  }
  const set = (is: Columns, was: Columns, leftByIt: Columns): Columns | undefined => {
    const entries = Object.keys(leftByIt).filter((name) => was[name] !== leftByIt[name]);
    if (entries.some((name) => is[name] !== was[name] && is[name] !== leftByIt[name])) return undefined;
    return { ...is, ...Object.fromEntries(entries.map((name) => [name, was[name]])) };
  };
  if ('name' in after) {
    const row = set(now, before, after);
    return row && next.set(key, row);
  }
  const connection = set(
    now.connection as Columns,
    before.connection as Columns,
    after.connection as Columns,
  );
  return connection && next.set(key, { ...now, connection });
}

describe('taking a set back', () => {
  it('gives each value that is as the set left it its former one, or says which later set is in the way', async () => {
    const ask = fc.record({ id: fc.integer({ min: 1, max: 2 }), what: fc.nat(3), value: fc.nat(2) });
    const counts = { free: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(ask, { minLength: 1, maxLength: 14 }),
        fc.nat(13),
        async (requests, choice) => {
          const { sets, state } = recorded(requests);
          const revertedSet = sets[choice % sets.length];
          if (!revertedSet) return;
          const later = sets.filter((set) => set.setId > revertedSet.setId && set.id === revertedSet.id);
          const { writes, conflicts } = await planRevert(
            [revertedSet],
            state,
            new Map([[keyOf(revertedSet), later]]),
          );
          const expectedState = takenBack(state, revertedSet, later);
          expect(conflicts.length > 0).toBe(expectedState === undefined);
          if (conflicts.length > 0) {
            counts.refused += 1;
            for (const { field, change_set } of conflicts) {
              const set = later.find(({ setId }) => setId === change_set);
              const own = { ...set?.before, ...set?.after };
              expect({ ...own, ...(own.connection as Columns) }).toHaveProperty(field);
            }
            return;
          }
          counts.free += 1;
          const after = new Map(state);
          for (const { op, row, ...write } of writes) {
            if (op === 'delete') after.delete(keyOf(write));
            else after.set(keyOf(write), row);
          }
          expect(after).toEqual(expectedState);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(counts.free).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  it('works in turn for sets that wrote the same field, also where one of them made or deleted the thing', async () => {
    const changed = (setId: number, from: number, to: number) =>
      of('changed', { scale: from }, { scale: to }, { setId });
    const [first, second, back] = [changed(1, 1, 2), changed(2, 2, 3), changed(3, 3, 2)];
    const later = (...items: Item[]) => new Map([['device 1', items]]);
    expect((await planRevert([first], state({ scale: 3 }), later(second))).conflicts).toMatchObject([
      { field: 'scale', change_set: 2 },
    ]);
    expect(await planRevert([first], state({ scale: 2 }), later(second, back))).toMatchObject({
      ...{ conflicts: [], writes: [{ op: 'change', row: { scale: 1 } }] },
    });
    const row = { scale: 2 };
    const creation = of('created', {}, row);
    const deletion = of('deleted', row, {}, { setId: 4 });
    const again = of('created', {}, row, { setId: 5 });
    expect((await planRevert([creation], state(row), later(second, back))).writes).toMatchObject([
      { op: 'delete' },
    ]);
    expect((await planRevert([creation], state(row), later(deletion, again))).writes).toMatchObject([
      { op: 'delete' },
    ]);
    const goneAgain = of('deleted', row, {}, { setId: 6 });
    expect((await planRevert([deletion], new Map(), later(again, goneAgain))).writes).toMatchObject([
      { op: 'create', row },
    ]);
  });

  const state = (columns: Columns): State => new Map([['device 1', columns]]);
  const was = { host: 'a', port: 502 };

  it('leaves alone what another set changed of the same connection', async () => {
    const first = of('changed', { connection: was }, { connection: { ...was, host: 'b' } });
    const second = of(
      ...([
        'changed',
        { connection: { host: 'b', port: 502 } },
        { connection: { host: 'b', port: 503 } },
      ] as const),
      { setId: 2 },
    );
    const { writes, conflicts } = await planRevert(
      [first],
      state({ connection: { host: 'b', port: 503 } }),
      new Map([['device 1', [second]]]),
    );
    expect(conflicts).toEqual([]);
    expect(writes).toEqual([
      {
        op: 'change',
        kind: 'device',
        id: 1,
        row: { connection: { host: 'a', port: 503 } },
        fields: ['connection'],
      },
    ]);
  });

  it('takes only the fields that are asked for', async () => {
    const item = of(
      'changed',
      { name: 'a', connection: was },
      { name: 'b', connection: { host: 'b', port: 503 } },
    );
    const [only] = narrowed([item], [{ kind: 'device', id: 1, fields: ['host'] }]);
    const now = state({ name: 'b', connection: { host: 'b', port: 503 } });
    expect((await planRevert(only ? [only] : [], now, new Map())).writes).toMatchObject([
      { row: { name: 'b', connection: { host: 'a', port: 503 } }, fields: ['connection'] },
    ]);
    expect(narrowed([item], [{ kind: 'device', id: 2 }])).toEqual([]);
  });

  it('lets other requests have their turn when a set has thousands of things', async () => {
    const ids = Array.from({ length: 20_000 }, (_, id) => id);
    const items = ids.map((id) =>
      of('changed', { name: 'a', connection: was }, { name: 'b', connection: was }, { id }),
    );
    const now = new Map(items.map((item) => [keyOf(item), item.after]));
    const { result, turns } = await turnsDuring(() => planRevert(items, now, new Map()));
    expect(result.writes).toHaveLength(items.length);
    expect(turns).toBeGreaterThan(2);
  });
});
