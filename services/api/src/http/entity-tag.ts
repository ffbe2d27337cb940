import { createHash } from 'node:crypto';
import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { Precondition } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

/** Strong tag of an answer: a different answer has a different tag. */
export function entityTagOf(view: object): string {
  return `"${createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 27)}"`;
}

/**
 * The condition that a request brings in If-Match (RFC 9110 §13.1.1), if any.
 * @param view the item as it is answered, from which its tag is made
 * @throws Problem when a condition is needed and there is none
 */
export function preconditionOf(
  ifMatch: string | undefined,
  options: {
    readonly isNeeded: boolean;
    readonly view: (current: object) => object;
    /** Whether the tag is that of a dry run, not of an item. */
    readonly isOfTry?: boolean;
  },
): Precondition | undefined {
  const text = ifMatch?.trim();
  if (!text) {
    if (options.isNeeded) throw preconditionRequired(options.isOfTry ? triedWords : itemWords);
    return undefined;
  }
  if (text === '*') return undefined;
  // A weak tag (W/"…") never matches here, as the comparison has to be strong.
  const tags = text.split(',').map((tag) => tag.trim());
  return (current) => {
    const tag = entityTagOf(options.view(current));
    if (!tags.includes(tag)) throw preconditionFailed(options.isOfTry ? triedWords : itemWords, tag);
  };
}

interface Words {
  readonly failed: InBoth;
  readonly required: InBoth;
}

const itemWords: Words = {
  failed: both(
    'If-Match does not have its present version. Read it again, and decide anew.',
    'If-Match 不是当前版本。请重新读取后再作决定。',
  ),
  required: both(
    'Read the item first and send its ETag as If-Match, so that no change of somebody else is lost.',
    '请先读取对象，并把它的 ETag 作为 If-Match 发送，以免覆盖他人的更改。',
  ),
};

const triedWords: Words = {
  failed: both(
    'Something that this would touch was changed since the dry run of If-Match. Nothing was changed: look at a dry run again, and decide anew.',
    '自 If-Match 所指的试运行以来，此操作涉及的对象已被更改。没有更改任何内容：请重新试运行后再作决定。',
  ),
  required: both(
    'Ask for a dry run first ("dry_run": true) and send its ETag as If-Match, so that no change of somebody else is lost.',
    '请先试运行（"dry_run": true），并把其 ETag 作为 If-Match 发送，以免覆盖他人的更改。',
  ),
};

function preconditionFailed({ failed }: Words, current: string): Problem {
  return new Problem('precondition_failed', failed, { etag: current });
}

function preconditionRequired({ required }: Words): Problem {
  return new Problem('precondition_required', required);
}
