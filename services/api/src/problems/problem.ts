import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { faultInChinese } from '@holdfast/drivers/fault-words.ts';
import { type ProblemCode, problemCodes } from './codes.ts';

/**
 * An answer that is an error, thrown with its code from wherever it was found. problem-replies.ts makes problem+json of
 * it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly detail: InBoth;
  /** Further members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail: InBoth,
    members: Readonly<Record<string, unknown>> = {},
    { retryAfterSeconds, cause }: { readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(`${code}: ${detail.en}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
    this.members = members;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return problemCodes[this.code][0];
  }

  get title(): string {
    return this.titleIn('en');
  }

  titleIn(language: 'en' | 'zh'): string {
    const [, en, zh] = problemCodes[this.code];
    return { en, zh }[language];
  }
}

export interface FieldError {
  /** Dotted, with array positions as numbers: `points.3.address`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const toldErrors = 3;
/** A request of ten thousand points may be wrong in each of them; the answer stays smaller than the request. */
const listedErrors = 100;

export function validationFailed(errors: readonly FieldError[]): Problem {
  // The first few errors, not only one: a mistyped field is then named next to the one that it leaves missing.
  const first = errors.slice(0, toldErrors);
  const messages = first.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const toldInChinese = first
    .map(({ path, message }) => ({ path, message: faultInChinese(message) }))
    .map(({ path, message }) => (path ? `${path}：${message}` : message));
  const more = errors.length - toldErrors;
  const detail = both(
    `${messages.join('; ') || 'invalid'}${more > 0 ? ` (and ${more} more)` : ''}`,
    `${toldInChinese.join('；') || '无效'}${more > 0 ? `（另有 ${more} 处）` : ''}`,
  );
  return new Problem('validation_failed', detail, { errors: errors.slice(0, listedErrors) });
}
