import { type Kysely, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/** In code, so that a service needs no files beside it and a bundle cannot lose them. Never edit one that was released. */
export const migrations: MigrationProvider = {
  getMigrations: async () => ({
    '001_configuration': configuration,
    '002_read_model': readModel,
    '003_needs_and_failures': needsAndFailures,
    '004_modbus': modbus,
    '006_time_limits': timeLimits,
    '007_learned_limits': learnedLimits,
    '008_cleanup': cleanup,
    '009_creations': creations,
  }),
};

const configuration: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table sites (
        id bigint generated always as identity primary key,
        code text not null constraint sites_code_key unique,
        name text not null
      )`.execute(db);
    await sql`
      create table devices (
        id bigint generated always as identity primary key,
        code text not null constraint devices_code_key unique,
        name text not null,
        site_id bigint constraint devices_site_id_fkey references sites (id),
        protocol text not null,
        host text not null,
        port integer not null,
        unit_id integer not null,
        timeout_ms integer not null,
        max_registers integer not null,
        max_bits integer not null,
        measurement text,
        enabled boolean not null
      )`.execute(db);
    await sql`create index devices_site_id_index on devices (site_id)`.execute(db);
    await sql`
      create table points (
        id bigint generated always as identity primary key,
        device_id bigint not null constraint points_device_id_fkey references devices (id),
        code text not null,
        name text not null,
        "table" text not null,
        address integer not null,
        data_type text not null,
        byte_order text not null,
        scale double precision not null,
        "offset" double precision not null,
        unit text not null,
        enabled boolean not null,
        constraint points_device_id_code_key unique (device_id, code)
      )`.execute(db);
    await sql`
      create table tasks (
        id bigint generated always as identity primary key,
        code text not null constraint tasks_code_key unique,
        name text not null,
        period_ms integer not null,
        enabled boolean not null
      )`.execute(db);
    await sql`
      create table task_devices (
        task_id bigint not null constraint task_devices_task_id_fkey references tasks (id) on delete cascade,
        device_id bigint not null constraint task_devices_device_id_fkey references devices (id),
        primary key (task_id, device_id)
      )`.execute(db);
    await sql`create index task_devices_device_id_index on task_devices (device_id)`.execute(db);
    await sql`
      create table task_points (
        task_id bigint not null constraint task_points_task_id_fkey references tasks (id) on delete cascade,
        point_id bigint not null constraint task_points_point_id_fkey references points (id),
        primary key (task_id, point_id)
      )`.execute(db);
    await sql`create index task_points_point_id_index on task_points (point_id)`.execute(db);
    // No reference to tasks: the versions of a deleted task still name its past sessions.
    await sql`
      create table task_config_versions (
        task_id bigint not null,
        version bigint not null,
        hash text not null,
        task_code text not null,
        task_name text not null,
        created_at timestamptz not null default now(),
        primary key (task_id, version)
      )`.execute(db);
  },
};

/** Everything here can be made again from SESSIONS; nothing refers to configuration, which may have changed since. */
const readModel: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table sessions (
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
        last_sequence bigint not null
      )`.execute(db);
    await sql`create index sessions_first_sequence_index on sessions (first_sequence desc)`.execute(db);
    await sql`create index sessions_task_id_index on sessions (task_id, first_sequence desc)`.execute(db);
    await sql`create index sessions_task_code_index on sessions (task_code, first_sequence desc)`.execute(db);
    await sql`
      create index sessions_active_index on sessions (first_sequence desc)
      where status in ('running', 'paused')`.execute(db);
    await sql`
      create table session_events (
        sequence bigint primary key,
        session_id text,
        task_id bigint,
        type text not null,
        time timestamptz,
        event_id text,
        source text,
        data jsonb,
        problem text
      )`.execute(db);
    await sql`create index session_events_session_id_index on session_events (session_id, sequence)`.execute(
      db,
    );
    await sql`
      create table session_counters (
        session_id text not null,
        epoch bigint not null,
        instance text not null,
        points_read bigint not null,
        error_count bigint not null,
        last_read_time timestamptz,
        device_health jsonb not null,
        updated_at timestamptz not null,
        primary key (session_id, epoch, instance)
      )`.execute(db);
    await sql`
      create table projection_checkpoint (
        name text primary key,
        last_sequence bigint not null,
        last_event_id text
      )`.execute(db);
  },
};

/** What tasks require of collectors, why sessions failed, and what their ticks are counted by. */
const needsAndFailures: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table tasks add column required_labels jsonb not null default '{}'`.execute(db);
    await sql`alter table task_config_versions add column period_ms integer, add column device_codes jsonb`.execute(
      db,
    );
    await sql`alter table sessions add column error_cause text, add column error_attempt integer`.execute(db);
    // Sessions that failed before this release; what an event leaves out is permanent, as the domain reads it.
    await sql`
      update sessions set error_cause = coalesce(failed.data->>'cause', 'permanent'),
        error_attempt = coalesce((failed.data->>'attempt')::integer, 0)
      from session_events as failed
      where sessions.status = 'error' and failed.sequence = sessions.last_sequence`.execute(db);
  },
};

/** Serial lines, what devices need that others do not, all types and rates of points. Null says that it is not set. */
const modbus: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table devices add column serial jsonb, add column profile jsonb`.execute(db);
    await sql`
      alter table points
        add column bit integer,
        add column byte text,
        add column length integer,
        add column encoding text,
        add column count integer,
        add column precision integer,
        add column valid_min double precision,
        add column valid_max double precision,
        add column linear jsonb,
        add column enumeration jsonb,
        add column period_ms integer,
        add column report jsonb,
        add column writable boolean not null default false`.execute(db);
  },
};

/** How long sessions may take, and who stopped them. */
const timeLimits: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table tasks add column max_duration jsonb`.execute(db);
    await sql`
      alter table sessions
        add column soft_limit_at timestamptz,
        add column hard_limit_at timestamptz,
        add column warned_at timestamptz,
        add column stopped_by text,
        add column stop_reason text`.execute(db);
    // Sessions that were stopped before this release.
    await sql`
      update sessions set stopped_by = coalesce(stopped.data->>'by', ''), stop_reason = coalesce(stopped.data->>'reason', '')
      from session_events as stopped
      where sessions.status = 'stopped' and stopped.sequence = sessions.last_sequence
        and stopped.type = 'session.stopped'`.execute(db);
  },
};

/** What sessions have written into the limits of devices by what they have learned. */
const learnedLimits: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table device_write_backs (
        device_id bigint not null references devices (id) on delete cascade,
        session_id text not null,
        limits jsonb not null,
        written_at timestamptz not null default now(),
        primary key (device_id, session_id)
      )`.execute(db);
  },
};

/** Which sessions were removed from the read model, so that reading the log again does not bring them back. */
const cleanup: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table cleaned_sessions (
        session_id text primary key,
        task_id bigint not null,
        started_at timestamptz not null,
        first_sequence bigint not null,
        last_sequence bigint not null,
        last_event_id text not null,
        cleaned_at timestamptz not null default now(),
        ticks_removed boolean not null default false
      )`.execute(db);
    await sql`create index cleaned_sessions_task_id_index on cleaned_sessions (task_id, first_sequence)`.execute(
      db,
    );
    await sql`create index cleaned_sessions_last_sequence_index on cleaned_sessions (last_sequence)`.execute(
      db,
    );
    await sql`
      create index cleaned_sessions_unfinished_index on cleaned_sessions (session_id)
      where not ticks_removed`.execute(db);
  },
};

/** What came of a creation with an Idempotency-Key, for as long as that may be repeated. */
const creations: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table creations (
        command_id text constraint creations_pkey primary key,
        kind text not null,
        ids bigint[] not null,
        many boolean not null,
        created_at timestamptz not null default now()
      )`.execute(db);
  },
};
