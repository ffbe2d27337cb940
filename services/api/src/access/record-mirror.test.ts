import { describe, expect, it } from 'vitest';
import type { RecordBook, StoredRecord } from '../ports.ts';
import { RecordMirror } from './record-mirror.ts';

interface Row {
  readonly key: string;
  readonly text: string;
}

/** A book whose watch reports changes in the order in which they were stored, whenever the test says. */
function bookOf(entries: readonly StoredRecord<Row>[]) {
  let onChange: (key: string, revision: number, row: Row | undefined) => void = () => undefined;
  let onCurrent: () => void = () => undefined;
  let stopped = 0;
  const book = {
    readAll: async () => entries,
    watch: async (changed: typeof onChange, current = onCurrent) => {
      onChange = changed;
      onCurrent = current;
      return () => {
        stopped += 1;
      };
    },
  } as unknown as RecordBook<Row>;
  return {
    book,
    tell: (key: string, revision: number, text?: string) =>
      onChange(key, revision, text === undefined ? undefined : { key, text }),
    current: () => onCurrent(),
    stopped: () => stopped,
  };
}

const row = (revision: number, key: string, text: string): StoredRecord<Row> => ({
  revision,
  record: { key, text },
});

async function mirrorOf(entries: readonly StoredRecord<Row>[]) {
  let now = 0;
  const changes: string[] = [];
  const mirror = new RecordMirror<Row>({
    keyOf: ({ key }) => key,
    onChange: (key, record) => changes.push(`${key} ${record?.text ?? 'gone'}`),
    steadyMs: () => now,
  });
  const source = bookOf(entries);
  await mirror.load(source.book);
  const pass = (ms: number) => {
    now += ms;
  };
  return { mirror, changes, pass, ...source };
}

describe('a mirror', () => {
  it('has what was there and what came since, whether from here or elsewhere', async () => {
    const { mirror, changes, tell } = await mirrorOf([row(1, 'a', 'one')]);
    mirror.take(row(2, 'b', 'two'));
    tell('a', 1, 'one');
    tell('b', 2, 'two');
    tell('a', 3, 'three');
    expect(mirror.list()).toEqual([
      { key: 'a', text: 'three' },
      { key: 'b', text: 'two' },
    ]);
    expect(changes).toEqual(['a one', 'b two', 'a three']);
  });

  it('does not bring back what is gone, in whatever order it hears of it', async () => {
    const { mirror, tell } = await mirrorOf([row(1, 'a', 'one'), row(2, 'b', 'one')]);
    // Written here, deleted elsewhere, and both reported before the answer to the write came.
    tell('a', 3, 'two');
    tell('a', 4);
    mirror.take(row(3, 'a', 'two'));
    // Deleted here, while an older change by another process was still on its way.
    mirror.drop('b');
    tell('b', 5, 'two');
    expect(mirror.list()).toEqual([]);
    tell('b', 6);
    expect(mirror.list()).toEqual([]);
  });

  it('that is loaded again reports what changed meanwhile, and hears nothing of the watch before', async () => {
    const { mirror, changes, tell, stopped } = await mirrorOf([row(1, 'a', 'one'), row(2, 'b', 'one')]);
    changes.length = 0;
    const fresh = bookOf([row(2, 'b', 'one'), row(7, 'c', 'new')]);
    await mirror.load(fresh.book);
    expect(stopped()).toBe(1);
    expect(changes.sort()).toEqual(['a gone', 'c new']);
    tell('b', 9);
    expect(mirror.get('b')).toEqual(row(2, 'b', 'one'));
  });

  it('knows how long ago it was shown that no change is missing', async () => {
    const { mirror, pass, current } = await mirrorOf([]);
    expect(mirror.ageMs()).toBe(0);
    pass(2_500);
    expect(mirror.ageMs()).toBe(2_500);
    current();
    expect(mirror.ageMs()).toBe(0);
    expect(new RecordMirror<Row>({ keyOf: ({ key }) => key }).ageMs()).toBe(Number.POSITIVE_INFINITY);
  });
});
