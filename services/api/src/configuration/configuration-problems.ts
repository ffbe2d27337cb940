import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import type { Issue } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { violatedConstraint } from '../database/database-unavailable.ts';
import { Problem, validationFailed } from '../problems/problem.ts';

/** Codes of the referring things by kind, at most {@link maxNamed} of each. */
export type Referrers = Readonly<Record<string, readonly string[]>>;
export const maxNamed = 20;

const referrerWords: Readonly<Record<string, string>> = {
  devices: '设备',
  points: '点位',
  tasks: '任务',
  active_sessions: '未结束的会话',
};

export function stillReferenced(what: InBoth, referrers: Referrers): Problem {
  const referrersInWords = Object.entries(referrers)
    .filter(([, codes]) => codes.length > 0)
    .map(([kind, codes]) =>
      both(
        `${kind.replaceAll('_', ' ')} ${codes.join(', ')}`,
        `${referrerWords[kind] ?? kind} ${codes.join('、')}`,
      ),
    );
  const remedy =
    (referrers.active_sessions ?? []).length > 0
      ? both('Stop what runs or is paused first.', '请先停止运行中或已暂停的会话。')
      : both('Remove it there first.', '请先在那里移除。');
  const detail = both(
    `${what.en} is used by ${referrersInWords.map(({ en }) => en).join('; ')}. ${remedy.en}`,
    `${what.zh}仍被${referrersInWords.map(({ zh }) => zh).join('、')}引用。${remedy.zh}`,
  );
  return new Problem('still_referenced', detail, { referenced_by: referrers });
}

/**
 * The problem for each constraint of the schema. A constraint that is not listed shows a fault of ours and stays an
 * error.
 */
const constraints: Readonly<Record<string, () => Problem>> = {
  sites_code_key: () => duplicate(both('a site', '站点')),
  devices_code_key: () => duplicate(both('a device', '设备')),
  tasks_code_key: () => duplicate(both('a task', '任务')),
  points_device_id_code_key: () => duplicate(both('a point of this device', '该设备的点位')),
  devices_site_id_fkey: () => missing('site_id', 'there is no such site'),
  points_device_id_fkey: () => missing('device_id', 'there is no such device'),
  task_devices_device_id_fkey: () => missing('device_ids', 'there is no such device'),
  task_points_point_id_fkey: () => missing('point_ids', 'there is no such point'),
};

export function fieldsDoNotFit(problems: readonly FieldProblem[]): Problem {
  return validationFailed(problems.map(({ field, message }) => ({ path: field, message })));
}

/** The refusal of a body that could be judged only once it was known what it is about. */
export function bodyRefused(issues: readonly Issue[]): Problem {
  return validationFailed(issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })));
}

function duplicate(what: InBoth): Problem {
  const detail = both(`There is already ${what.en} with this code.`, `已有${what.zh}使用此代码。`);
  return new Problem('duplicate_code', detail, { errors: [{ path: 'code', message: 'is taken' }] });
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
