import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { violatedConstraint } from '../database/database-unavailable.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { configurationText } from './texts.ts';

/** Codes of the referring things by kind, at most {@link mostNames} of each. */
export type Referrers = Readonly<Record<string, readonly string[]>>;
export const mostNames = 20;

const referrerWords: Readonly<Record<string, (codes: readonly string[]) => Text>> = {
  devices: (codes) => configurationText('referring_devices', { codes }),
  points: (codes) => configurationText('referring_points', { codes }),
  tasks: (codes) => configurationText('referring_tasks', { codes }),
  active_sessions: (codes) => configurationText('referring_active_sessions', { codes }),
};

export function stillReferenced(what: Text, referrers: Referrers): Problem {
  const referrersInWords = Object.entries(referrers)
    .filter(([, codes]) => codes.length > 0)
    .map(([kind, codes]) => {
      const ofKind = referrerWords[kind];
      return ofKind?.(codes) ?? configurationText('referring', { kind: kind.replaceAll('_', ' '), codes });
    });
  const remedy =
    (referrers.active_sessions ?? []).length > 0
      ? configurationText('stop_what_runs_or_is_paused')
      : configurationText('remove_it_there_first');
  const detail = configurationText('is_used_by', { what, referrers: referrersInWords, remedy });
  return new Problem('still_referenced', detail, { referenced_by: referrers });
}

/**
 * The problem for each constraint of the schema. A constraint that is not listed shows a fault of ours and stays an
 * error.
 */
const constraints: Readonly<Record<string, () => Problem>> = {
  sites_code_key: () => duplicate(configurationText('a_site')),
  devices_code_key: () => duplicate(configurationText('a_device')),
  tasks_code_key: () => duplicate(configurationText('a_task')),
  points_device_id_code_key: () => duplicate(configurationText('a_point_of_this_device')),
  devices_site_id_fkey: () => missing('site_id', fieldText('no_such_site')),
  points_device_id_fkey: () => missing('device_id', fieldText('no_such_device')),
  task_devices_device_id_fkey: () => missing('device_ids', fieldText('no_such_device')),
  task_points_point_id_fkey: () => missing('point_ids', fieldText('no_such_point')),
};

export function fieldsDoNotFit(problems: readonly FieldProblem[]): Problem {
  return validationFailed(problems.map(({ field, message }) => ({ path: field, message })));
}

/** The refusal of a body that could be judged only once it was known what it is about. */
export function bodyRefused(issues: readonly Issue[]): Problem {
  return validationFailed(issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })));
}

function duplicate(what: Text): Problem {
  const detail = configurationText('there_is_already_with_this_code', { what });
  return new Problem('duplicate_code', detail, { errors: [{ path: 'code', message: fieldText('taken') }] });
}

function missing(field: string, message: Text): Problem {
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
