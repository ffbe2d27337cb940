type Columns = Readonly<Record<string, unknown>>;

/** Things of the configuration in columns, by kind and id. */
export type Configured = ReadonlyMap<string, Columns>;

/** One thing in one change set, as it is stored. */
export interface RecordedItem {
  readonly kind: string;
  readonly object_id: string;
  readonly op: string;
  readonly before: Columns;
  readonly after: Columns;
}

/** The configuration as its change sets have it, and as its tables have it. */
export interface ChangeRecord {
  /** In the order in which they came. */
  readonly items: readonly RecordedItem[];
  readonly configured: Configured;
}

const noLists = { device_ids: [], point_ids: [] };

/** Both in one snapshot, where `query` runs in one. */
export async function readChangeRecord(
  query: <Row extends object>(sql: string) => Promise<readonly Row[]>,
): Promise<ChangeRecord> {
  const items = await query<RecordedItem>(
    `select kind, object_id::text, op, before, after from change_items where op <> 'none' order by no`,
  );
  const configured = new Map<string, Columns>();
  for (const kind of ['site', 'device', 'point', 'task']) {
    const rows = await query<{ id: string; row: Columns }>(
      `select id::text, to_jsonb(t) - 'id' as row from ${kind}s t`,
    );
    for (const { id, row } of rows)
      configured.set(`${kind} ${id}`, { ...(kind === 'task' && noLists), ...row });
  }
  for (const member of ['device', 'point']) {
    const rows = await query<{ task_id: string; ids: number[] }>(
      `select task_id::text, jsonb_agg(${member}_id order by ${member}_id) as ids from task_${member}s group by task_id`,
    );
    for (const { task_id, ids } of rows) {
      const key = `task ${task_id}`;
      configured.set(key, { ...configured.get(key), [`${member}_ids`]: ids });
    }
  }
  return { items, configured };
}

/** A thing, and what is wrong with what its change sets say of it. */
export interface RecordFault {
  readonly thing: string;
  readonly what: string;
}

/** The configuration as the change sets alone have it. */
export function foldedChanges(items: readonly RecordedItem[]): {
  readonly folded: Configured;
  /** Sets that do not begin where the one before ended. */
  readonly faults: readonly RecordFault[];
} {
  const folded = new Map<string, Columns>();
  const faults: RecordFault[] = [];
  for (const { kind, object_id, op, before, after } of items) {
    const thing = `${kind} ${object_id}`;
    const now = folded.get(thing);
    const lists = kind === 'task' ? noLists : {};
    if (op === 'created') {
      if (now) faults.push({ thing, what: 'was made and was there already' });
      folded.set(thing, { ...lists, ...after });
      continue;
    }
    if (!now) {
      faults.push({ thing, what: `was ${op} and had never been made` });
      continue;
    }
    // A deletion has to record all of the thing, or it could not come back whole.
    const fields = op === 'deleted' ? { ...lists, ...before } : before;
    const names = Object.keys(op === 'deleted' ? { ...fields, ...now } : fields);
    const others = differing(names, now, fields);
    if (others.length > 0) {
      faults.push({ thing, what: `was ${op}, and had been something else before: ${others.join(', ')}` });
    }
    if (op === 'deleted') folded.delete(thing);
    else folded.set(thing, { ...now, ...after });
  }
  return { folded, faults };
}

/** Where change sets and tables do not say the same. Values are left out: they may be confidential. */
export function recordFaults({ items, configured }: ChangeRecord): readonly RecordFault[] {
  const { folded, faults } = foldedChanges(items);
  const differences = [...faults];
  for (const thing of new Set([...folded.keys(), ...configured.keys()])) {
    const [recorded, is] = [folded.get(thing), configured.get(thing)];
    if (!recorded || !is) {
      differences.push({
        thing,
        what: recorded ? 'is not there, by no change set' : 'is there, by no change set',
      });
      continue;
    }
    const fields = differing(Object.keys({ ...recorded, ...is }), recorded, is);
    if (fields.length > 0) {
      differences.push({ thing, what: `has ${fields.join(', ')} otherwise than its change sets say` });
    }
  }
  return differences;
}

const differing = (names: readonly string[], one: Columns, other: Columns) =>
  names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
