import type { RawBlock } from '../layout/requests.ts';

interface Reply {
  readonly resolve: (block: RawBlock) => void;
  readonly block: RawBlock;
}

let waiting: Reply[] = [];

/**
 * Resolves all replies of this turn of the event loop together, once they have been taken from their sockets. The next
 * requests over those connections then leave in one go, before anything is decoded: a program at the other end that
 * sleeps meanwhile is woken once for many requests, and waking it is half of what a request costs
 * (measured with 25,000 reads a second wanted of 50 connections: 19,500 a second instead of 12,400 to 15,600).
 */
export function handOnTogether(resolve: (block: RawBlock) => void, block: RawBlock): void {
  if (waiting.push({ resolve, block }) === 1) setImmediate(handOnAll);
}

function handOnAll(): void {
  const replies = waiting;
  waiting = [];
  for (const { resolve, block } of replies) resolve(block);
}
