/** Lists of points that were sent and not applied yet, with what they would do. Kept for a day. */
export const pointImportTables = [
  `create table point_imports (
    id bigint generated always as identity primary key,
    -- Whoever sent it: nobody else sees it.
    owner text not null,
    name text not null,
    content bytea not null,
    settings jsonb not null,
    -- What is shown of it beside its rows.
    view jsonb not null,
    -- What came of it once it was applied.
    result jsonb,
    created_at timestamptz not null default now()
  )`,
  `create index point_imports_created_at_index on point_imports (created_at)`,
  `create table point_import_rows (
    import_id bigint not null references point_imports (id) on delete cascade,
    no integer not null,
    -- In the file; null of a point that it lacks.
    line integer,
    state text not null,
    device text not null,
    code text not null,
    -- The task that the row names.
    task text,
    point_id bigint,
    -- The point's xmin, by which another change is noticed.
    version text,
    changes jsonb,
    faults jsonb not null,
    -- Columns of the point as it is to be stored.
    point jsonb,
    -- Cells of a faulty row as they came.
    cells jsonb,
    primary key (import_id, no)
  )`,
  `create index point_import_rows_state_index on point_import_rows (import_id, state, no)`,
  // Named mappings, by which lists that look alike are read.
  `create table point_list_mappings (
    id bigint generated always as identity primary key,
    name text not null constraint point_list_mappings_name_key unique,
    layout text not null,
    columns jsonb not null,
    answers jsonb not null,
    saved_at timestamptz not null default now()
  )`,
];
