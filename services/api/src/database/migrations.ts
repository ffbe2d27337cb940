import { type Kysely, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { changeRecord } from './change-triggers.ts';

/** Lists of points that were sent and not applied yet, with what they would do. Kept for a day. */
const pointImportTables = [
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

/**
 * Migrations are code, so that a service needs no files next to it and a bundle cannot lose them. Never edit one that was
 * released.
 */
export const migrations: MigrationProvider = {
  getMigrations: async () => ({ '001_configuration_and_read_model': baseline }),
};

const baseline: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      ...configuration,
      ...readModel,
      ...records,
      ...changeRecord,
      ...pointImportTables,
    ])
      await sql.raw(statement).execute(db);
  },
};

/** A second check behind the API, which keeps codes in NFC. PostgreSQL can check only in a database in UTF-8. */
const isNfc = "getdatabaseencoding() <> 'UTF8' or code is nfc normalized";

/** Null in points and devices means that a field is not set. */
const configuration = [
  `create table sites (
    id bigint generated always as identity primary key,
    code text not null constraint sites_code_key unique check (${isNfc}),
    name text not null,
    shifts jsonb not null default '[]',
    -- In CIDR notation.
    networks text[] not null default '{}'
  )`,
  `create table devices (
    id bigint generated always as identity primary key,
    code text not null constraint devices_code_key unique check (${isNfc}),
    name text not null,
    site_id bigint constraint devices_site_id_fkey references sites (id),
    protocol text not null,
    mode text not null,
    timeout_ms integer not null,
    -- The protocol's own fields.
    connection jsonb not null,
    measurement text,
    enabled boolean not null,
    -- By the protocol's spec: by what devices behind one endpoint are found. Null where any number of collectors may use it.
    endpoint text
  )`,
  `create index devices_site_id_index on devices (site_id)`,
  `create index devices_endpoint_index on devices (endpoint)`,
  `create table points (
    id bigint generated always as identity primary key,
    device_id bigint not null constraint points_device_id_fkey references devices (id),
    code text not null check (${isNfc}),
    name text not null,
    -- As the protocol's spec has parsed it.
    address jsonb not null,
    data_type text not null,
    scale double precision not null,
    "offset" double precision not null,
    unit text not null,
    enabled boolean not null,
    count integer,
    precision integer,
    valid_min double precision,
    valid_max double precision,
    linear jsonb,
    enumeration jsonb,
    period_ms integer,
    report jsonb,
    writable boolean not null default false,
    constraint points_device_id_code_key unique (device_id, code)
  )`,
  `create table tasks (
    id bigint generated always as identity primary key,
    code text not null constraint tasks_code_key unique check (${isNfc}),
    name text not null,
    period_ms integer not null,
    enabled boolean not null,
    required_labels jsonb not null default '{}',
    max_duration jsonb
  )`,
  `create table task_devices (
    task_id bigint not null constraint task_devices_task_id_fkey references tasks (id) on delete cascade,
    device_id bigint not null constraint task_devices_device_id_fkey references devices (id),
    primary key (task_id, device_id)
  )`,
  `create index task_devices_device_id_index on task_devices (device_id)`,
  `create table task_points (
    task_id bigint not null constraint task_points_task_id_fkey references tasks (id) on delete cascade,
    point_id bigint not null constraint task_points_point_id_fkey references points (id),
    primary key (task_id, point_id)
  )`,
  `create index task_points_point_id_index on task_points (point_id)`,
  // No reference to tasks: the versions of a deleted task still name its past sessions.
  `create table task_config_versions (
    task_id bigint not null,
    version bigint not null,
    hash text not null,
    -- The same for versions that differ only in what sessions have learned of their devices.
    compared_hash text not null,
    -- Hash of the configuration that was found last to have this content: its content need not be compared again after a start.
    texts_hash text not null default '',
    task_code text not null,
    task_name text not null,
    created_at timestamptz not null default now(),
    period_ms integer not null,
    device_codes jsonb not null,
    -- Of each of these devices [period in ms, points that have it].
    point_counts jsonb not null default '[]',
    -- Of its devices; an empty code for those without a site.
    site_codes text[] not null,
    -- The code of the site of each of these devices, in their order.
    device_sites text[] not null default '{}',
    values_per_s double precision,
    primary key (task_id, version)
  )`,
];

/** Everything here can be made again from SESSIONS; nothing refers to configuration, which may have changed since. */
const readModel = [
  `create table sessions (
    session_id text primary key,
    task_id bigint not null,
    task_code text not null,
    status text not null,
    started_at timestamptz not null,
    stopped_at timestamptz,
    config_version bigint not null,
    metadata jsonb not null,
    error_message text,
    collector_id text,
    epoch bigint,
    placement_state text,
    placement_since timestamptz,
    placement_detail text not null,
    first_sequence bigint not null,
    last_sequence bigint not null,
    error_cause text,
    error_attempt integer,
    soft_limit_at timestamptz,
    hard_limit_at timestamptz,
    warned_at timestamptz,
    stopped_by text,
    stop_reason text
  )`,
  `create index sessions_first_sequence_index on sessions (first_sequence desc)`,
  `create index sessions_task_id_index on sessions (task_id, first_sequence desc)`,
  `create index sessions_task_code_index on sessions (task_code, first_sequence desc)`,
  `create index sessions_active_index on sessions (first_sequence desc) where status in ('running', 'paused')`,
  `create table session_events (
    sequence bigint primary key,
    session_id text,
    task_id bigint,
    type text not null,
    time timestamptz,
    event_id text,
    source text,
    data jsonb,
    problem text
  )`,
  `create index session_events_session_id_index on session_events (session_id, sequence)`,
  `create index session_events_assigned_index on session_events (sequence) where type = 'session.assigned'`,
  `create index session_events_trace_id_index on session_events ((data->>'trace_id')) where data->>'trace_id' is not null`,
  `create table session_counters (
    session_id text not null,
    epoch bigint not null,
    instance text not null,
    points_read bigint not null,
    error_count bigint not null,
    last_read_time timestamptz,
    device_health jsonb not null,
    updated_at timestamptz not null,
    primary key (session_id, epoch, instance)
  )`,
  `create table projection_checkpoint (
    name text primary key,
    last_sequence bigint not null,
    last_event_id text
  )`,
];

const records = [
  // AUDIT and AUDIT_REFUSED, to be searched: the fields that are searched in lower case, the whole entry as it is stored
  // there.
  `create table audit_entries (
    id bigint generated always as identity constraint audit_entries_id_key unique,
    stream text not null,
    -- When the stream was made: another one begins its sequences anew.
    created text not null,
    sequence bigint not null,
    time timestamptz not null,
    who text not null,
    actor_id text not null,
    action text collate "C" not null,
    target text not null,
    outcome text not null,
    trace_id text,
    entry text not null,
    primary key (stream, created, sequence)
  )`,
  `create index audit_entries_time_index on audit_entries (time desc, id desc)`,
  `create index audit_entries_who_index on audit_entries (who, time desc, id desc)`,
  `create index audit_entries_actor_id_index on audit_entries (actor_id, time desc, id desc)`,
  `create index audit_entries_trace_id_index on audit_entries (trace_id, time desc, id desc)`,
  `create index audit_entries_action_index on audit_entries (action, time desc, id desc)`,
  // Limits that sessions have learned and written into devices.
  `create table device_write_backs (
    device_id bigint not null references devices (id) on delete cascade,
    session_id text not null,
    limits jsonb not null,
    written_at timestamptz not null default now(),
    primary key (device_id, session_id)
  )`,
  // Sessions removed from the read model, so that reading the log again does not bring them back.
  `create table cleaned_sessions (
    session_id text primary key,
    task_id bigint not null,
    started_at timestamptz not null,
    first_sequence bigint not null,
    last_sequence bigint not null,
    last_event_id text not null,
    cleaned_at timestamptz not null default now(),
    ticks_removed boolean not null default false
  )`,
  `create index cleaned_sessions_task_id_index on cleaned_sessions (task_id, first_sequence)`,
  `create index cleaned_sessions_last_sequence_index on cleaned_sessions (last_sequence)`,
  `create index cleaned_sessions_unfinished_index on cleaned_sessions (session_id) where not ticks_removed`,
  // Creations with an Idempotency-Key, for as long as they may be repeated.
  `create table creations (
    command_id text constraint creations_pkey primary key,
    kind text not null,
    ids bigint[] not null,
    many boolean not null,
    created_at timestamptz not null default now()
  )`,
];
