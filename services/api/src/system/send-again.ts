import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import { decodeSample } from '@holdfast/shared/contracts/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { Database } from '../database/open-database.ts';
import type { Quarantined } from '../ports.ts';

export type Resendable =
  | { readonly ok: true; readonly stream: string; readonly subject: string; readonly body: string }
  /** In words for people. */
  | { readonly ok: false; readonly why: string };

const sampleSubject = /^samples\.[^.*>\s]+\.[^.*>\s]+$/;

/**
 * Whether it can go back to where it came from. Only samples may: they are safe to repeat. An event of SESSIONS has
 * its place in a chain, and a repeat would break it.
 */
export function resendable({ message }: Quarantined): Resendable {
  if (!message) return { ok: false, why: 'it has a form that this release does not know' };
  const { stream, subject, body } = message;
  if (stream !== streamNames.samples || !sampleSubject.test(subject)) {
    return { ok: false, why: `only samples can be sent again, not messages of ${stream} on ${subject}` };
  }
  if (body.length >= quarantinedBodyLength) {
    return { ok: false, why: 'it was too long to be kept whole' };
  }
  return { ok: true, stream, subject, body };
}

/**
 * A sample that was read under an epoch which another has followed would be rejected by the writer, and then be
 * neither in the database nor here. @returns why that is to be expected. @throws DatabaseUnavailable
 */
export async function wouldBeFenced(database: Database, body: string): Promise<string | undefined> {
  const decoded = decodeSample(body);
  if (!decoded.ok) return undefined;
  const { session, epoch } = decoded.sample;
  const later = await database
    .selectFrom('session_events')
    .select((select) => select.fn.max('sequence').as('epoch'))
    .where('session_id', '=', session)
    .where('type', '=', 'session.assigned')
    .where('sequence', '>', epoch)
    .executeTakeFirst();
  if (later?.epoch == null) return undefined;
  return `it was read under epoch ${epoch} of session ${session}, which is at epoch ${later.epoch} now: the writer would reject it`;
}
