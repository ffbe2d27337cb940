import { createHash } from 'node:crypto';
import type { Text } from '@holdfast/texts/text.ts';
import type { Precondition } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { httpText } from './texts.ts';

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
  readonly failed: Text;
  readonly required: Text;
}

const itemWords: Words = {
  failed: httpText('item_failed'),
  required: httpText('item_required'),
};

const triedWords: Words = {
  failed: httpText('tried_failed'),
  required: httpText('tried_required'),
};

function preconditionFailed({ failed }: Words, current: string): Problem {
  return new Problem('precondition_failed', failed, { etag: current });
}

function preconditionRequired({ required }: Words): Problem {
  return new Problem('precondition_required', required);
}
