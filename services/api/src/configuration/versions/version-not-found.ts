import { both } from '@holdfast/driver/form-words.ts';
import { Problem } from '../../problems/problem.ts';

export function versionNotFound(taskId: number, number: number): Problem {
  return new Problem(
    'version_not_found',
    both(
      `Task ${taskId} has no version ${number}, or its snapshot is lost. GET /api/config/tasks/${taskId}/versions/ lists them.`,
      `任务 ${taskId} 没有版本 ${number}，或其快照已丢失。GET /api/config/tasks/${taskId}/versions/ 可列出全部版本。`,
    ),
  );
}
