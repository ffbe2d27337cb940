import { firstSequenceHeader, firstSubjectHeader } from '@holdfast/shared/contracts/sample/sample.ts';
import { sampleSources } from '@holdfast/shared/contracts/subjects.ts';

export interface FirstPlace {
  readonly sequence: number;
  /** Names the collector that published the sample then. */
  readonly subject: string;
}

const again = `samples.${sampleSources.again}.`;

/**
 * Where a sample was in the stream, and on which subject, when it first came, or undefined for one that was never in
 * quarantine. This is believed only on subjects on which only the API may publish: a collector that could say so would
 * bring its samples past the fence. A first place behind the present one counts as the present one.
 */
export function firstPlace(message: {
  readonly seq: number;
  readonly subject: string;
  readonly headers?: { get(name: string): string } | undefined;
}): FirstPlace | undefined {
  if (!message.subject.startsWith(again)) return undefined;
  const text = message.headers?.get(firstSequenceHeader) ?? '';
  const subject = message.headers?.get(firstSubjectHeader) ?? '';
  if (!/^[1-9][0-9]{0,15}$/.test(text) || subject === '') return undefined;
  return { sequence: Math.min(Number(text), message.seq), subject };
}
