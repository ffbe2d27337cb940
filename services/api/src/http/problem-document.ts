import type { Problem as ProblemDocument } from '@holdfast/shared/contracts/http/problem.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { Language } from '../problems/negotiate-language.ts';
import type { FieldError, Problem } from '../problems/problem.ts';

/** A problem as it is answered: RFC 9457. */
export function problemDocument(
  problem: Problem,
  requestId: string,
  language: Language = 'en',
): ProblemDocument {
  return {
    // RFC 9457 §4.2.1: about:blank says that `code` and `title` say all there is.
    type: 'about:blank',
    title: inLanguage(problem.title, language),
    status: problem.status,
    detail: inLanguage(problem.detail, language),
    code: problem.code,
    instance: requestId,
    ...problem.members,
    ...errorsIn(problem.members, language),
  };
}

function errorsIn({ errors }: Problem['members'], language: Language): Pick<ProblemDocument, 'errors'> {
  if (!Array.isArray(errors)) return {};
  return {
    errors: (errors as FieldError[]).map(({ message, ...error }) => ({
      ...error,
      message: inLanguage(message, language),
    })),
  };
}
