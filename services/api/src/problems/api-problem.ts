/** An answer that is an error, thrown from wherever it was found. The error handler makes problem+json of it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Further members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    problem: {
      status: number;
      code: string;
      title: string;
      detail: string;
      members?: Readonly<Record<string, unknown>>;
      retryAfterSeconds?: number;
    },
    options?: ErrorOptions,
  ) {
    super(`${problem.code}: ${problem.detail}`, options);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.members = problem.members ?? {};
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

export interface FieldError {
  /** Dotted, with array positions as numbers: `points.3.address`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const toldErrors = 3;
/** A request of ten thousand points may be wrong in each; the answer stays smaller than what was asked. */
const listedErrors = 100;

export function validationFailed(errors: readonly FieldError[]): ApiProblem {
  // All of a few: a field that was mistyped is named beside the one that it leaves missing.
  const told = errors
    .slice(0, toldErrors)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const more = errors.length > toldErrors ? ` (and ${errors.length - toldErrors} more)` : '';
  return new ApiProblem({
    status: 422,
    code: 'validation_failed',
    title: 'The request does not have the right form',
    detail: `${told.join('; ') || 'invalid'}${more}`,
    members: { errors: errors.slice(0, listedErrors) },
  });
}

export function notFound(code: string, detail: string): ApiProblem {
  return new ApiProblem({ status: 404, code, title: 'There is no such thing', detail });
}
