import type { FieldProblem } from '@holdfast/driver-modbus/spec/point-rules.ts';
import { violatedConstraint } from '../database/database-unavailable.ts';
import { Problem, validationFailed } from '../problems/problem.ts';

/** Codes of the things that refer, at most {@link maxNamed} of each kind. */
export type Referrers = Readonly<Record<string, readonly string[]>>;
export const maxNamed = 20;

export function stillReferenced(what: string, referrers: Referrers): Problem {
  const named = Object.entries(referrers)
    .filter(([, codes]) => codes.length > 0)
    .map(([kind, codes]) => `${kind.replaceAll('_', ' ')} ${codes.join(', ')}`);
  const remedy =
    (referrers.active_sessions ?? []).length > 0
      ? 'Stop what runs or is paused first.'
      : 'Remove it there first.';
  return new Problem('still_referenced', `${what} is used by ${named.join('; ')}. ${remedy}`, {
    referenced_by: referrers,
  });
}

/** Constraints of the schema, in words. What is not here is a fault of ours and stays an error. */
const constraints: Readonly<Record<string, () => Problem>> = {
  sites_code_key: () => duplicate('a site', 'code'),
  devices_code_key: () => duplicate('a device', 'code'),
  tasks_code_key: () => duplicate('a task', 'code'),
  points_device_id_code_key: () => duplicate('a point of this device', 'code'),
  devices_site_id_fkey: () => missing('site_id', 'there is no such site'),
  points_device_id_fkey: () => missing('device_id', 'there is no such device'),
  task_devices_device_id_fkey: () => missing('device_ids', 'there is no such device'),
  task_points_point_id_fkey: () => missing('point_ids', 'there is no such point'),
};

export function fieldsDoNotFit(problems: readonly FieldProblem[]): Problem {
  return validationFailed(problems.map(({ field, message }) => ({ path: field, message })));
}

function duplicate(what: string, field: string): Problem {
  return new Problem('duplicate_code', `There is already ${what} with this ${field}.`, {
    errors: [{ path: field, message: 'is taken' }],
  });
}

function missing(field: string, message: string): Problem {
  return validationFailed([{ path: field, message }]);
}

/** Runs a change; a violated constraint becomes the problem that it stands for. */
export async function explained<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const problem = constraints[violatedConstraint(error) ?? ''];
    throw problem ? problem() : error;
  }
}
