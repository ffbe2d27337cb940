import type pg from 'pg';

type Columns = Readonly<Record<string, unknown>>;

/** All that is configured, by kind and id. */
export type Configured = ReadonlyMap<string, Columns>;

/** The configuration as the change sets alone have it. */
export async function foldedChanges(client: pg.Client): Promise<Configured> {
  const { rows } = await client.query<{
    kind: string;
    object_id: string;
    op: string;
    before: Columns;
    after: Columns;
  }>(`select kind, object_id, op, before, after from change_items where op <> 'none' order by no`);
  const folded = new Map<string, Columns>();
  for (const { kind, object_id, op, before, after } of rows) {
    const key = `${kind} ${object_id}`;
    const now = folded.get(key);
    if (op === 'created') folded.set(key, { ...(kind === 'task' && noLists), ...after });
    else if (!now) throw new Error(`${key} was ${op} and had never been made`);
    else {
      // All of what was deleted, or it could not come back whole.
      const names = Object.keys(
        op === 'deleted' ? { ...(kind === 'task' && noLists), ...before, ...now } : before,
      );
      const was = Object.fromEntries(names.map((name) => [name, now[name]]));
      const told = Object.fromEntries(
        names.map((name) => [name, { ...(kind === 'task' && noLists), ...before }[name]]),
      );
      if (JSON.stringify(was) !== JSON.stringify(told)) {
        throw new Error(`${key} was ${JSON.stringify(was)} before, not ${JSON.stringify(told)}`);
      }
      if (op === 'deleted') folded.delete(key);
      else folded.set(key, { ...now, ...after });
    }
  }
  return inOrder(folded);
}

const noLists = { device_ids: [], point_ids: [] };

/** The configuration as the tables have it. */
export async function configuredNow(client: pg.Client): Promise<Configured> {
  const found = new Map<string, Columns>();
  for (const [kind, table] of [
    ['site', 'sites'],
    ['device', 'devices'],
    ['point', 'points'],
    ['task', 'tasks'],
  ]) {
    const { rows } = await client.query<{ id: string; row: Columns }>(
      `select id, to_jsonb(t) - 'id' as row from ${table} t`,
    );
    for (const { id, row } of rows) found.set(`${kind} ${id}`, { ...(kind === 'task' && noLists), ...row });
  }
  for (const [table, member] of [
    ['task_devices', 'device_id'],
    ['task_points', 'point_id'],
  ]) {
    const { rows } = await client.query<{ task_id: string; ids: number[] }>(
      `select task_id, jsonb_agg(${member} order by ${member}) as ids from ${table} group by task_id`,
    );
    for (const { task_id, ids } of rows) {
      const key = `task ${task_id}`;
      found.set(key, { ...found.get(key), [`${member}s`]: ids });
    }
  }
  return inOrder(found);
}

const inOrder = (map: ReadonlyMap<string, Columns>): Configured =>
  new Map([...map].sort(([one], [other]) => (one < other ? -1 : 1)));
