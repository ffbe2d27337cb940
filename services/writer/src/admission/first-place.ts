import { firstSequenceHeader, firstSubjectHeader } from '@holdfast/shared/contracts/sample/sample.ts';
import { sampleSources } from '@holdfast/shared/contracts/subjects.ts';

export interface FirstPlace {
  readonly sequence: number;
  /** Names who published it then. */
  readonly subject: string;
}

const again = `samples.${sampleSources.again}.`;

/**
 * Where a sample lay in the stream, and on which subject, when it came for the first time; undefined for one that was never
 * in quarantine. Only the API may publish on the subjects on which this is believed: a collector that could say so would
 * bring its samples past the fence. No sample can have come later than it comes now.
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
