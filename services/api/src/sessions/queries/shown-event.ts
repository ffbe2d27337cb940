import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { isWords } from '@holdfast/texts/bounded-text.ts';
import { shownWords } from '../projection/placement-words.ts';
import type { SessionShare } from '../session-share.ts';
import { toldIn } from './list-session-events.ts';

/**
 * An event for a caller who may see only some devices of its session: without the needs of the others, and without
 * reasons of programs that name something. What people wrote stays.
 */
export function shownEvent(event: SessionEventView, { isWhole, has }: SessionShare): SessionEventView {
  if (isWhole) return event;
  // What this release cannot read may name anything.
  if (event.problem !== null) return { ...event, data: null, told: null };
  const { needs: _, from, change, reason, detail, ...rest } = fieldsOf(event.data);
  const isByProgram = event.type === 'session.failed' || rest.cause === 'rolled_back';
  const data = {
    ...rest,
    ...(from !== undefined && { from: { config_version: fieldsOf(from).config_version } }),
    ...(change !== undefined && { change: { codes: codesOf(change).filter(has) } }),
    ...(reason !== undefined && {
      reason: isByProgram || typeof reason !== 'string' ? withoutNames(reason) : reason,
    }),
    ...(detail !== undefined && { detail: withoutNames(detail) }),
  };
  return { ...event, data, told: toldIn(event.type, data) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function codesOf(change: unknown): string[] {
  const { codes } = fieldsOf(change);
  return Array.isArray(codes) ? codes.map(String) : [];
}

const withoutNames = (reason: unknown) => shownWords(isWords(reason) ? reason : String(reason), false);
