import { type CursorForm, pageCursor } from '@holdfast/shared/contracts/http/page.ts';
import { Problem } from '../problems/problem.ts';
import { httpText } from './texts.ts';

/** The cursor of the page that begins behind a position. */
export function cursorBehind<Position extends readonly number[]>(
  form: CursorForm<Position>,
  position: Position | undefined,
): string | null {
  return position ? form.write(position) : null;
}

/** The position of a cursor. @throws Problem */
export function positionOf<Position extends readonly number[]>(
  form: CursorForm<Position>,
  cursor: string | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  if (!form.pattern.test(cursor)) throw new Problem('invalid_cursor', httpText('invalid_cursor'));
  return form.read(cursor);
}

/** The same where a position is one number. */
export function encodeCursor(place: number | undefined): string | null {
  return cursorBehind(pageCursor, place === undefined ? undefined : [place]);
}

export function decodeCursor(cursor: string | undefined): number | undefined {
  return positionOf(pageCursor, cursor)?.[0];
}
