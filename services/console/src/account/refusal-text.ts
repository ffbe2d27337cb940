import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import type { useAccountTexts } from './texts.ts';

type Translate = ReturnType<typeof useAccountTexts>['t'];

/** Why a password was not taken, in words that tell what to do. */
export function refusalText(t: Translate, error: unknown): string {
  if (error instanceof NoAnswer) return t('problem.unreached');
  if (!(error instanceof ApiRefusal)) throw error;
  if (error.code === 'login_failed') return t('account.refused.password');
  if (error.code === 'login_delayed') return t('account.refused.delayed', { s: error.retryAfter ?? '60' });
  return error.problem.detail ?? error.problem.title ?? error.message;
}
