import { hash } from 'node:crypto';
import { withoutNulls } from '@holdfast/shared/contracts/http/without-nulls.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { Selectable } from 'kysely';
import type { DevicesTable, PointsTable } from '../database/tables.ts';
import type { FieldError } from '../problems/problem.ts';
import { contentIssues } from './content-issues.ts';

export interface SnapshotTask {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly period_ms: number;
  readonly required_labels: Readonly<Record<string, string>>;
}

/** A device of the task with one of its points; a device without points has one row with `point` null. */
export interface SnapshotRow {
  readonly device: Omit<Selectable<DevicesTable>, 'site_id' | 'endpoint'>;
  readonly siteCode: string | null;
  /** Null without a site. */
  readonly siteNetworks: readonly string[] | null;
  readonly point: Omit<Selectable<PointsTable>, 'device_id'> | null;
}

/** A snapshot that has no version yet. */
export type TaskContent = Omit<TaskConfig, 'config_version'>;

export type SnapshotProblem =
  | { readonly code: 'task_disabled' }
  | { readonly code: 'task_without_devices' }
  | { readonly code: 'task_without_points' }
  | { readonly code: 'task_config_invalid'; readonly issues: readonly FieldError[] };

export type Snapshot =
  | { readonly ok: true; readonly content: TaskContent }
  | { readonly ok: false; readonly problem: SnapshotProblem };

/** Made once: zod compiles a schema at its first use, which takes longer than parsing a small task. */
const contentSchema = taskConfigSchema.omit({ config_version: true });

/**
 * The snapshot of a task for its collector: its enabled devices with their enabled points, or only with the chosen
 * ones where some are chosen.
 */
export function snapshotTask(
  task: SnapshotTask,
  rows: readonly SnapshotRow[],
  chosenPointIds: ReadonlySet<number>,
): Snapshot {
  if (!task.enabled) return { ok: false, problem: { code: 'task_disabled' } };
  const enabled = rows.filter(({ device }) => device.enabled);
  if (enabled.length === 0) return { ok: false, problem: { code: 'task_without_devices' } };
  const devices = [...Map.groupBy(enabled, ({ device }) => device.id).values()]
    .map((rowsOfDevice) => snapshotDevice(rowsOfDevice, chosenPointIds))
    .filter(({ points }) => points.length > 0);
  if (devices.length === 0) return { ok: false, problem: { code: 'task_without_points' } };
  const verdict = validate(contentSchema, {
    schema_version: 3,
    task_id: String(task.id),
    task_code: task.code,
    task_name: task.name,
    period_ms: task.period_ms,
    ...(Object.keys(task.required_labels).length > 0 ? { required_labels: task.required_labels } : {}),
    devices,
  });
  const issues = verdict.ok
    ? contentIssues(verdict.value)
    : verdict.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  if (verdict.ok && issues.length === 0) return { ok: true, content: verdict.value };
  return { ok: false, problem: { code: 'task_config_invalid', issues } };
}

function snapshotDevice(rows: readonly SnapshotRow[], chosenPointIds: ReadonlySet<number>) {
  const [first] = rows;
  if (!first) throw new Error('a group without rows');
  const { id, enabled: _, ...device } = first.device;
  // Unset fields are left out, so that a field added later with a default changes no content.
  return {
    ...withoutNulls(device),
    id: String(id),
    site_code: first.siteCode ?? '',
    ...(first.siteNetworks?.length ? { site_networks: first.siteNetworks } : {}),
    points: rows.flatMap(({ point }) => {
      if (!point?.enabled) return [];
      if (chosenPointIds.size > 0 && !chosenPointIds.has(point.id)) return [];
      const { id: _id, enabled: _enabled, writable, ...fields } = point;
      return [{ ...withoutNulls(fields), ...(writable ? { writable } : {}) }];
    }),
  };
}

/** A hash that is the same for the same content, however its fields are ordered and whatever its version. */
export function contentHash(content: TaskContent): string {
  const { config_version: _, ...unversioned } = content as Partial<TaskConfig>;
  return hash('sha256', JSON.stringify(sortKeys(unversioned)));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
