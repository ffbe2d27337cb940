import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { type ProblemCode, problemStatuses, titleOf } from './codes.ts';
import { problemsText } from './texts.ts';

/**
 * An answer that is an error, thrown with its code from wherever it was found. problem-replies.ts makes problem+json of
 * it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly detail: Text;
  /** Further members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail: Text,
    members: Readonly<Record<string, unknown>> = {},
    { retryAfterSeconds, cause }: { readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(`${code}: ${inLanguage(detail, 'en')}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
    this.members = members;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return problemStatuses[this.code];
  }

  get title(): Text {
    return titleOf(this.code);
  }
}

export interface FieldError {
  /** Dotted, with array positions as numbers: `points.3.address`, or empty for the whole. */
  readonly path: string;
  readonly message: Text;
}

const toldErrors = 3;
/** A request of ten thousand points may be wrong in each of them; the answer stays smaller than the request. */
export const listedErrors = 100;

export function validationFailed(errors: readonly FieldError[]): Problem {
  // The first few errors, not only one: a mistyped field is then named next to the one that it leaves missing.
  const first = errors.slice(0, toldErrors);
  const faults = first.map(({ path, message }) =>
    path ? problemsText('fault_at', { path, message }) : message,
  );
  const more = errors.length - toldErrors;
  const detail =
    more > 0
      ? problemsText('faults_and_more', { faults, more })
      : problemsText('faults', { faults: faults.length > 0 ? faults : [problemsText('invalid')] });
  const unlisted = errors.length - listedErrors;
  return new Problem('validation_failed', detail, {
    errors: errors.slice(0, listedErrors),
    ...(unlisted > 0 && { more_errors: unlisted }),
  });
}
