import {
  auditCursorPattern,
  cursorPattern,
  gapCursorPattern,
  gapOfAllCursorPattern,
} from '@holdfast/shared/contracts/http/page.ts';
import { Problem } from '../problems/problem.ts';
import { httpText } from './texts.ts';

/** A cursor is the position behind which the next page begins; callers must not rely on that. */
export function encodeCursor(position: number | undefined): string | null {
  return position === undefined ? null : `p${position}`;
}

export function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!cursorPattern.test(cursor)) throw invalidCursor();
  return Number(cursor.slice(1));
}

/** When a gap begins, in ms since 1970, and the place of its device. */
export type GapPosition = readonly [startMs: number, device: number];

export function encodeGapCursor([startMs, device]: GapPosition): string {
  return `g${startMs}.${device}`;
}

export function decodeGapCursor(cursor: string | undefined): GapPosition | undefined {
  if (cursor === undefined) return undefined;
  if (!gapCursorPattern.test(cursor)) throw invalidCursor();
  const [startMs, device] = cursor.slice(1).split('.').map(Number);
  return [startMs ?? 0, device ?? 0];
}

/** When a gap begins, in ms since 1970, the first sequence of its session, and its place among that session's gaps. */
export type GapOfAllPosition = readonly [startMs: number, session: number, place: number];

export function encodeGapOfAllCursor([startMs, session, place]: GapOfAllPosition): string {
  return `a${startMs}.${session}.${place}`;
}

export function decodeGapOfAllCursor(cursor: string | undefined): GapOfAllPosition | undefined {
  if (cursor === undefined) return undefined;
  if (!gapOfAllCursorPattern.test(cursor)) throw invalidCursor();
  const [startMs = 0, session = 0, place = 0] = cursor.slice(1).split('.').map(Number);
  return [startMs, session, place];
}

/** The time of an entry, in ms since 1970, and its place among those of the same time. */
type PositionInTime = readonly [timeMs: number, id: number];

export function encodeAuditCursor(position: PositionInTime | undefined): string | null {
  return position ? `t${position[0]}.${position[1]}` : null;
}

export function decodeAuditCursor(cursor: string | undefined): PositionInTime | undefined {
  if (cursor === undefined) return undefined;
  if (!auditCursorPattern.test(cursor)) throw invalidCursor();
  const [timeMs = 0, id = 0] = cursor.slice(1).split('.').map(Number);
  return [timeMs, id];
}

function invalidCursor(): Problem {
  return new Problem('invalid_cursor', httpText('invalid_cursor'));
}
