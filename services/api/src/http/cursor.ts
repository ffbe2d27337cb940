import { ApiProblem } from '../problems/api-problem.ts';

/** A cursor is the position behind which the next page begins; callers are not to know that. */
export function encodeCursor(position: number | undefined): string | null {
  return position === undefined ? null : Buffer.from(`p${position}`).toString('base64url');
}

export function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const match = /^p(0|[1-9][0-9]{0,14})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match) throw invalidCursor();
  return Number(match[1]);
}

/** When a gap begins, in ms since 1970, and the place of its device. */
export type GapPosition = readonly [startMs: number, device: number];

export function encodeGapCursor([startMs, device]: GapPosition): string {
  return Buffer.from(`g${startMs}.${device}`).toString('base64url');
}

export function decodeGapCursor(cursor: string | undefined): GapPosition | undefined {
  if (cursor === undefined) return undefined;
  const match = /^g([0-9]{1,15})\.([0-9]{1,6})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match) throw invalidCursor();
  return [Number(match[1]), Number(match[2])];
}

function invalidCursor(): ApiProblem {
  return new ApiProblem({
    status: 422,
    code: 'invalid_cursor',
    title: 'This cursor is none of ours',
    detail: 'Pass next_cursor of the page before, or leave the cursor out to begin with the first page.',
  });
}
