import type { Problem as ProblemDocument } from '@holdfast/shared/contracts/http/problem.ts';
import type { Problem } from '../problems/problem.ts';
import type { Language } from '../problems/wanted-language.ts';

/** A problem as it is answered: RFC 9457. */
export function problemDocument(
  problem: Problem,
  requestId: string,
  language: Language = 'en',
): ProblemDocument {
  return {
    // RFC 9457 §4.2.1: about:blank says that `code` and `title` tell all there is.
    type: 'about:blank',
    title: problem.titleIn(language),
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: requestId,
    ...problem.members,
  };
}
