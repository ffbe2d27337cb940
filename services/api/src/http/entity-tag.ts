import { createHash } from 'node:crypto';
import { both } from '@holdfast/driver/form-words.ts';
import type { Precondition } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

/** Strong tag of what a call answers: another answer has another one. */
export function entityTagOf(view: object): string {
  return `"${createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 27)}"`;
}

/**
 * The condition that a request brings in If-Match (RFC 9110 §13.1.1), if any.
 * @param view the item as it is answered: its tag is made of that
 * @throws Problem when one is needed and there is none
 */
export function preconditionOf(
  ifMatch: string | undefined,
  options: { readonly isNeeded: boolean; readonly view: (current: object) => object },
): Precondition | undefined {
  const text = ifMatch?.trim();
  if (!text) {
    if (options.isNeeded) throw preconditionRequired();
    return undefined;
  }
  if (text === '*') return undefined;
  // A weak tag (W/"…") never matches here, as the comparison has to be strong.
  const tags = text.split(',').map((tag) => tag.trim());
  return (current) => {
    const tag = entityTagOf(options.view(current));
    if (!tags.includes(tag)) throw preconditionFailed(tag);
  };
}

function preconditionFailed(current: string): Problem {
  return new Problem(
    'precondition_failed',
    both(
      'If-Match does not have its present version. Read it again, and decide anew.',
      'If-Match 不是当前版本。请重新读取后再作决定。',
    ),
    { etag: current },
  );
}

function preconditionRequired(): Problem {
  return new Problem(
    'precondition_required',
    both(
      'Read the item first and send its ETag as If-Match, so that no change of somebody else is lost.',
      '请先读取对象，并把它的 ETag 作为 If-Match 发送，以免覆盖他人的更改。',
    ),
  );
}
