import type { Problem } from '@holdfast/shared/contracts/http/problem.ts';

/** The API answered with a problem, or something else answered with an error. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly problem: Partial<Problem> & { readonly status: number };
  /** The header Retry-After as it came. */
  readonly retryAfter: string | null;

  constructor(problem: Partial<Problem> & { readonly status: number }, retryAfter: string | null) {
    super([problem.title ?? `HTTP ${problem.status}`, problem.detail].filter(Boolean).join(': '));
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code ?? '';
  }
}

/** No answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False when the server could not be reached, and so nothing was done. */
  readonly mayHaveArrived: boolean;
  readonly method: string;

  /** @param cause as fetch throws it */
  constructor(method: string, answerMs: number, cause: unknown) {
    super(reasonOf(cause, answerMs), { cause });
    this.method = method;
    const { code } = (innermostOf(cause) ?? {}) as { readonly code?: unknown };
    this.mayHaveArrived = code !== 'ECONNREFUSED' && code !== 'ENOTFOUND';
  }
}

/** The underlying reason that fetch hides behind "fetch failed". */
function innermostOf(error: unknown): unknown {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost;
}

function reasonOf(error: unknown, answerMs: number): string {
  const innermost = innermostOf(error);
  if (!(innermost instanceof Error)) return String(innermost);
  const { code } = innermost as { readonly code?: unknown };
  if (innermost.name === 'TimeoutError') return `nothing within ${answerMs / 1000} s`;
  return typeof code === 'string' && !innermost.message.includes(code)
    ? `${code} ${innermost.message}`.trim()
    : innermost.message;
}
