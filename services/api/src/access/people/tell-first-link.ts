import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { LinkBook } from '../../ports.ts';
import type { FirstLinks } from './first-links.ts';

/** Logs once, when the people are known, the link that makes the first administrator, unless there is one. */
export function tellFirstLink(options: {
  readonly links: FirstLinks;
  readonly isWanted: boolean;
  readonly log: Logger;
}): (book: LinkBook) => Promise<void> {
  let isDone = !options.isWanted;
  return async (book) => {
    if (isDone) return;
    const link = await options.links.issue('start', book);
    isDone = true;
    if (link)
      options.log.info(`There is no administrator yet. Open this once to make the first one: ${link.url}`);
  };
}
