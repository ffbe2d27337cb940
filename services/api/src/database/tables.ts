import type { Mode } from '@holdfast/driver/device.ts';
import type { LinearRange } from '@holdfast/driver/point.ts';
import type { AuditEntry, AuditStream } from '@holdfast/shared/contracts/audit-entry.ts';
import type { DataType, ReportByException } from '@holdfast/shared/contracts/device.ts';
import type { ChangeKind, ChangeOp } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { MaxDurationConfig } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { Shift } from '@holdfast/shared/domain/plant-clock.ts';
import type { FailureCause } from '@holdfast/shared/domain/session/events.ts';
import type { SessionStatus } from '@holdfast/shared/domain/session/state.ts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** Written as the text of a JSON document; a plain array or string would become a PostgreSQL array or text. */
type Json<T extends object | null> = JSONColumnType<T>;
/** The same, or SQL's null. */
type OptionalJson<T extends object> = ColumnType<T | null, string | null, string | null>;
type SetByDatabase<T> = ColumnType<T, never, never>;

export interface SitesTable {
  id: SetByDatabase<number>;
  code: string;
  name: string;
  shifts: Json<Shift[]>;
  networks: Generated<string[]>;
}

export interface DevicesTable {
  id: SetByDatabase<number>;
  code: string;
  name: string;
  site_id: number | null;
  protocol: string;
  mode: Mode;
  timeout_ms: number;
  /** The protocol's own fields, as its spec has parsed them. */
  connection: Json<Record<string, unknown>>;
  /** As the spec gives it, or null if any number of collectors may use it. */
  endpoint: string | null;
  measurement: string | null;
  enabled: boolean;
}

/**
 * The limits of a device (`Learning.limits`) as a session last wrote them, so that it can distinguish its own change from an
 * engineer's.
 */
export interface DeviceWriteBacksTable {
  device_id: number;
  session_id: string;
  limits: Json<object>;
  written_at: Generated<Date>;
}

export interface PointsTable {
  id: SetByDatabase<number>;
  device_id: number;
  code: string;
  name: string;
  /** As the protocol's spec has parsed it. */
  address: ColumnType<unknown, string, string>;
  data_type: DataType;
  scale: number;
  offset: number;
  unit: string;
  enabled: boolean;
  count: number | null;
  precision: number | null;
  valid_min: number | null;
  valid_max: number | null;
  linear: OptionalJson<LinearRange>;
  enumeration: OptionalJson<Record<string, string>>;
  period_ms: number | null;
  report: OptionalJson<ReportByException>;
  writable: boolean;
}

export interface TasksTable {
  id: SetByDatabase<number>;
  code: string;
  name: string;
  period_ms: number;
  required_labels: Json<Record<string, string>>;
  max_duration: OptionalJson<MaxDurationConfig>;
  enabled: boolean;
}

export interface TaskDevicesTable {
  task_id: number;
  device_id: number;
}

export interface TaskPointsTable {
  task_id: number;
  point_id: number;
}

/** A device's code; with the period if its ticks have another one than the task. */
export type PlanDevice = string | { readonly code: string; readonly period_ms: number };

/** Period in ms, and number of points. */
export type PlanPointCounts = readonly (readonly [number, number])[];

export interface TaskConfigVersionsTable {
  task_id: number;
  version: number;
  hash: string;
  /** Equal for versions that differ only in what sessions have learned about their devices. */
  compared_hash: string;
  /** Hash of the configuration that was last found to have this content; empty before. */
  texts_hash: Generated<string>;
  task_code: string;
  task_name: string;
  /** The period by which gaps are counted. */
  period_ms: number;
  device_codes: JSONColumnType<PlanDevice[]>;
  /** How many points of each device have which period. */
  point_counts: ColumnType<PlanPointCounts[], string | undefined, never>;
  /** Codes of the sites of its devices, an empty code for no site. */
  site_codes: string[];
  /** The code of the site of each device of `device_codes`, in their order. */
  device_sites: Generated<string[]>;
  /** Values that are read each second when every device answers. */
  values_per_s: number | null;
  created_at: Generated<Date>;
}

export interface SessionsTable {
  session_id: string;
  task_id: number;
  task_code: string;
  status: SessionStatus;
  started_at: Date;
  stopped_at: Date | null;
  config_version: number;
  metadata: Json<Record<string, unknown>>;
  error_message: string | null;
  /** Null unless the status is `error`. */
  error_cause: FailureCause | null;
  /** Tries of the supervisor that came before the failure. */
  error_attempt: number | null;
  /** Time limits of the session; null for none. */
  soft_limit_at: Date | null;
  hard_limit_at: Date | null;
  /** When the warning came that the soft limit had passed. */
  warned_at: Date | null;
  /** Null unless the status is `stopped`. */
  stopped_by: string | null;
  stop_reason: string | null;
  collector_id: string | null;
  epoch: number | null;
  /** Null for a session that does not run. */
  placement_state: 'placed' | 'waiting' | 'awaiting_recovery' | null;
  placement_since: Date | null;
  placement_detail: string;
  /** Sequence of the session's first event: newer sessions have higher ones, and no two the same. */
  first_sequence: number;
  last_sequence: number;
}

export interface SessionEventsTable {
  sequence: number;
  session_id: string | null;
  task_id: number | null;
  type: string;
  time: Date | null;
  event_id: string | null;
  source: string | null;
  data: Json<object | null>;
  /** Why this release cannot read the event, null when it can. */
  problem: string | null;
}

export interface SessionCountersTable {
  session_id: string;
  epoch: number;
  instance: string;
  points_read: number;
  error_count: number;
  last_read_time: Date | null;
  device_health: Json<Record<string, unknown>>;
  updated_at: Date;
}

/** The mark of a session that was removed from the read model; SESSIONS has the rest. */
export interface CleanedSessionsTable {
  session_id: string;
  task_id: number;
  started_at: Date;
  first_sequence: number;
  /** Its events up to this sequence are not in the read model. */
  last_sequence: number;
  /** Id of the event at `last_sequence`: another event there means another log. */
  last_event_id: string;
  cleaned_at: Generated<Date>;
  /** Whether the account of its ticks is removed too, which takes longer. */
  ticks_removed: Generated<boolean>;
}

/** The record of a creation with an Idempotency-Key, written together with it. */
export interface CreationsTable {
  command_id: string;
  /** `site`, `device`, `point` or `task`. */
  kind: string;
  ids: number[];
  /** Whether it was asked for as a list, and is answered as one. */
  many: boolean;
  created_at: Generated<Date>;
}

/** A change of configuration, with who made it and why. Written by triggers alone, as its items are. */
export interface ChangeSetsTable {
  id: SetByDatabase<number>;
  at: SetByDatabase<Date>;
  by: SetByDatabase<string>;
  actor_id: SetByDatabase<string>;
  kind: SetByDatabase<ChangeKind>;
  reason: SetByDatabase<string>;
  source: SetByDatabase<string>;
  audit_id: SetByDatabase<string | null>;
  reverts: SetByDatabase<number | null>;
}

/** One thing in one set; see change-triggers.ts. */
export interface ChangeItemsTable {
  set_id: SetByDatabase<number>;
  kind: SetByDatabase<'site' | 'device' | 'point' | 'task'>;
  object_id: SetByDatabase<number>;
  no: SetByDatabase<number>;
  code: SetByDatabase<string | null>;
  device_id: SetByDatabase<number | null>;
  device_code: SetByDatabase<string | null>;
  protocol: SetByDatabase<string | null>;
  op: SetByDatabase<ChangeOp | 'none'>;
  before: SetByDatabase<Record<string, unknown>>;
  after: SetByDatabase<Record<string, unknown>>;
  sites: SetByDatabase<string[]>;
}

/** Devices and points that a session was started on: their codes stay. */
export interface ReadCodesTable {
  kind: 'device' | 'point';
  object_id: number;
  task_id: number;
}

/** An entry of the audit log, as it is searched for. */
export interface AuditEntriesTable {
  id: SetByDatabase<number>;
  stream: AuditStream;
  created: string;
  sequence: number;
  time: Date;
  who: string;
  actor_id: string;
  action: string;
  target: string;
  outcome: AuditEntry['outcome'];
  trace_id: string | null;
  /** JSON, as the stream has it. */
  entry: string;
}

/** A list of points that was sent, until it is applied or a day old. */
export interface PointImportsTable {
  id: SetByDatabase<number>;
  owner: string;
  name: string;
  content: Buffer;
  settings: Json<object>;
  view: Json<object>;
  result: OptionalJson<object>;
  created_at: Generated<Date>;
}

export interface PointImportRowsTable {
  import_id: number;
  no: number;
  line: number | null;
  state: string;
  device: string;
  code: string;
  task: string | null;
  point_id: number | null;
  version: string | null;
  changes: OptionalJson<object>;
  faults: Json<object>;
  point: OptionalJson<object>;
  cells: OptionalJson<readonly (string | number | boolean | null)[]>;
}

export interface PointListMappingsTable {
  id: SetByDatabase<number>;
  name: string;
  layout: string;
  columns: Json<object>;
  answers: Json<object>;
  saved_at: Generated<Date>;
}

export interface ProjectionCheckpointTable {
  name: string;
  last_sequence: number;
  /** Id of the event at `last_sequence`: another event there means another log. */
  last_event_id: string | null;
}

export interface Tables {
  sites: SitesTable;
  devices: DevicesTable;
  device_write_backs: DeviceWriteBacksTable;
  points: PointsTable;
  tasks: TasksTable;
  task_devices: TaskDevicesTable;
  task_points: TaskPointsTable;
  task_config_versions: TaskConfigVersionsTable;
  sessions: SessionsTable;
  session_events: SessionEventsTable;
  session_counters: SessionCountersTable;
  cleaned_sessions: CleanedSessionsTable;
  creations: CreationsTable;
  change_sets: ChangeSetsTable;
  change_items: ChangeItemsTable;
  read_codes: ReadCodesTable;
  audit_entries: AuditEntriesTable;
  point_imports: PointImportsTable;
  point_import_rows: PointImportRowsTable;
  point_list_mappings: PointListMappingsTable;
  projection_checkpoint: ProjectionCheckpointTable;
}
