function functions(): string[] {
  return [
    `create function open_change_set() returns bigint language plpgsql security definer
    set search_path = public, pg_temp as $$
    declare
      opened bigint := nullif(current_setting('holdfast.change_set', true), '')::bigint;
      about jsonb := coalesce(nullif(current_setting('holdfast.change', true), ''), '{}')::jsonb;
    begin
      if opened is null then
        insert into change_sets ("by", actor_id, kind, reason, source, audit_id, reverts)
        values (
          coalesce(about->>'by', session_user), coalesce(about->>'actor_id', ''), coalesce(about->>'kind', 'direct'),
          coalesce(about->>'reason', ''), coalesce(about->>'source', 'sql'), about->>'audit_id', (about->>'reverts')::bigint
        ) returning id into opened;
        perform set_config('holdfast.change_set', opened::text, true);
      end if;
      return opened;
    end $$`,
    `revoke execute on function open_change_set() from public`,
    // Two changes of one thing in one set become one.
    `create function joined_change(op1 text, before1 jsonb, after1 jsonb, op2 text, before2 jsonb, after2 jsonb)
    returns jsonb language sql immutable set search_path = public, pg_temp as $$
      select case
        when op1 = 'none' then jsonb_build_object('op', op2, 'before', before2, 'after', after2)
        when op1 = 'created' and op2 = 'deleted' then '{"op": "none", "before": {}, "after": {}}'
        when op1 = 'created' then jsonb_build_object('op', 'created', 'before', '{}'::jsonb, 'after', after1 || after2)
        when op2 = 'deleted' or (op1 = 'deleted' and op2 = 'changed')
          then jsonb_build_object('op', 'deleted', 'before', before2 || before1, 'after', '{}'::jsonb)
        else (
          select jsonb_build_object(
            'op', case when count(*) = 0 then 'none' else 'changed' end,
            'before', coalesce(jsonb_object_agg(field, was), '{}'), 'after', coalesce(jsonb_object_agg(field, became), '{}'))
          from (
            select field, (before2 || before1) -> field as was, (after1 || after2) -> field as became
            from jsonb_object_keys(before2 || before1 || after2) as field
          ) as fields
          where was is distinct from became
        )
      end
    $$`,
  ];
}

const join = `on conflict (set_id, kind, object_id) do update set
  code = coalesce(excluded.code, kept.code),
  device_id = coalesce(excluded.device_id, kept.device_id),
  device_code = coalesce(excluded.device_code, kept.device_code),
  protocol = coalesce(excluded.protocol, kept.protocol),
  sites = array(select distinct unnest(kept.sites || excluded.sites)),
  (op, before, after) = (
    select joined->>'op', joined->'before', joined->'after'
    from joined_change(kept.op, kept.before, kept.after, excluded.op, excluded.before, excluded.after) as joined
  )`;

interface Recorded {
  readonly kind: 'site' | 'device' | 'point' | 'task';
  /** SQL of `device_id, device_code, protocol, sites` of the row `r`. */
  readonly about: string;
  /** Joins that `about` needs. */
  readonly joins: string;
}

const recorded: Readonly<Record<string, Recorded>> = {
  sites: { kind: 'site', about: 'null, null, null, array[r.code]', joins: '' },
  devices: {
    kind: 'device',
    about: `r.id, r.code, r.protocol, array[coalesce(s.code, '')]`,
    joins: 'left join sites s on s.id = r.site_id',
  },
  points: {
    kind: 'point',
    about: `r.device_id, d.code, d.protocol, array[coalesce(s.code, '')]`,
    joins: 'left join devices d on d.id = r.device_id left join sites s on s.id = d.site_id',
  },
  tasks: {
    kind: 'task',
    about: `null, null, null, array(
      select distinct coalesce(s.code, '') from task_devices td join devices d on d.id = td.device_id
      left join sites s on s.id = d.site_id where td.task_id = r.id)`,
    joins: '',
  },
};

const columns = 'set_id, kind, object_id, code, device_id, device_code, protocol, sites, op, before, after';

function triggers(): string[] {
  const ofRows = Object.entries(recorded).flatMap(([table, { kind, about, joins }]) => {
    const recordOf = (op: string, from: string, fields: string, extraJoin = '') => ({
      from,
      items: `select opened, '${kind}', r.id, r.code, ${about}, '${op}', ${fields} ${from} ${joins} ${extraJoin} order by r.id`,
    });
    const changed = `cross join lateral (
      select jsonb_object_agg(f.key, was.fields -> f.key) as before, jsonb_object_agg(f.key, f.value) as after
      from (select to_jsonb(o) as fields offset 0) as was, jsonb_each(to_jsonb(r)) as f
      where was.fields -> f.key is distinct from f.value
    ) as changed`;
    const both = 'from new_rows r join old_rows o on o.id = r.id and o.* is distinct from r.*';
    return [
      ...trigger(table, 'insert', recordOf('created', 'from new_rows r', `'{}', to_jsonb(r) - 'id'`)),
      ...trigger(table, 'update', recordOf('changed', both, 'changed.before, changed.after', changed)),
      ...trigger(table, 'delete', recordOf('deleted', 'from old_rows r', `to_jsonb(r) - 'id', '{}'`)),
    ];
  });
  return [...ofRows, ...ofMembers('task_devices', 'device_id'), ...ofMembers('task_points', 'point_id')];
}

/** Triggers for the lists of a task, which count as its fields. */
function ofMembers(table: string, member: 'device_id' | 'point_id'): string[] {
  const none = `(select null::bigint as task_id, null::bigint as ${member} where false)`;
  const recordOf = (added: string, removed: string) => {
    const removedDevices = member === 'device_id' ? removed : none.replaceAll(member, 'device_id');
    return {
      from: `from (select task_id from ${added} as a union all select task_id from ${removed} as r) as any_task`,
      items: `
        select opened, 'task', touched.task_id, t.code, null, null, null, array(
            select distinct coalesce(s.code, '') from devices d left join sites s on s.id = d.site_id
            where d.id in (
              select td.device_id from task_devices td where td.task_id = touched.task_id
              union select g.device_id from ${removedDevices} as g where g.task_id = touched.task_id)
          ), 'changed', jsonb_build_object('${member}s', lists.was), jsonb_build_object('${member}s', lists.became)
        from (select task_id from ${added} as a union select task_id from ${removed} as r) as touched
        left join tasks t on t.id = touched.task_id
        cross join lateral (
          select
            coalesce(jsonb_agg(member order by member) filter (where stays), '[]') as became,
            coalesce(jsonb_agg(member order by member) filter (where was_there), '[]') as was
          from (
            select m.${member} as member, true as stays, a.${member} is null as was_there
            from ${table} m left join ${added} as a on a.task_id = m.task_id and a.${member} = m.${member}
            where m.task_id = touched.task_id
            union all
            select r.${member}, false, true from ${removed} as r where r.task_id = touched.task_id
          ) as members
        ) as lists`,
    };
  };
  return [
    ...trigger(table, 'insert', recordOf('new_rows', none)),
    ...trigger(table, 'update', recordOf('new_rows', 'old_rows')),
    ...trigger(table, 'delete', recordOf(none, 'old_rows')),
  ];
}

/**
 * @param from the rows that have changed: a statement that changes none opens no set
 * @param items the rows of change_items that result
 */
function trigger(
  table: string,
  event: 'insert' | 'update' | 'delete',
  { from, items }: { readonly from: string; readonly items: string },
): string[] {
  const name = `record_${event}_of_${table}`;
  const transitionTables = { insert: ['new'], update: ['old', 'new'], delete: ['old'] }[event];
  return [
    `create function ${name}() returns trigger language plpgsql security definer
    set search_path = public, pg_temp as $$
    declare opened bigint;
    begin
      if exists (select 1 ${from}) then
        opened := open_change_set();
        insert into change_items as kept (${columns}) ${items} ${join};
      end if;
      return null;
    end $$`,
    `create trigger ${name} after ${event} on ${table}
    referencing ${transitionTables.map((side) => `${side} table as ${side}_rows`).join(' ')}
    for each statement execute function ${name}()`,
  ];
}

/**
 * The record of configuration in SQL. Statement triggers write it, in the transaction of the change: no path can forget it, and a
 * list of twenty thousand points costs one statement instead of as many. They run as the owner of the tables, so that
 * services only read what was recorded.
 */
export const changeRecord: readonly string[] = [
  // One row for each transaction that changed something. The transaction says who, why and how in the setting
  // holdfast.change (in-change.ts).
  `create table change_sets (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    "by" text not null,
    actor_id text not null,
    kind text not null,
    reason text not null,
    source text not null,
    -- Of the entry in the audit log; null of what no request did.
    audit_id text,
    reverts bigint references change_sets (id)
  )`,
  `create index change_sets_reverts_index on change_sets (reverts) where reverts is not null`,
  // One row for each thing in a set: the fields that were changed, or all fields of a thing that was made or deleted.
  `create table change_items (
    set_id bigint not null,
    kind text not null,
    object_id bigint not null,
    -- Rises from set to set of one thing, whose row is locked until its set is committed; ids of sets may not.
    no bigint generated always as identity,
    code text,
    -- Of a point its device, of a device itself.
    device_id bigint,
    device_code text,
    protocol text,
    -- created, changed, deleted, or none: the set took it back.
    op text not null,
    before jsonb not null,
    after jsonb not null,
    -- Codes of the sites where it lay and lies; an empty one for none.
    sites text[] not null,
    primary key (set_id, kind, object_id)
  )`,
  `create index change_items_object_index on change_items (kind, object_id, no)`,
  `create index change_items_device_index on change_items (device_id, set_id) where device_id is not null`,
  `create index change_items_op_index on change_items (set_id, op)`,
  // Devices and points from which a version of a task was made: history may be kept under their codes.
  `create table read_codes (
    kind text not null,
    object_id bigint not null,
    task_id bigint not null,
    primary key (kind, object_id, task_id)
  )`,
  ...functions(),
  ...triggers(),
];
