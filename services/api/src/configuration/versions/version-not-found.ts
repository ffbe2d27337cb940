import { Problem } from '../../problems/problem.ts';
import { configurationText } from '../texts.ts';

export function versionNotFound(taskId: number, number: number): Problem {
  return new Problem('version_not_found', configurationText('version_not_found', { taskId, number }));
}
