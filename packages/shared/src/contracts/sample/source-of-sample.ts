import { subjects } from '../subjects.ts';
import type { Sample } from './sample.ts';

/** `again`: the API has sent it again from quarantine. `dropped`: the supervisor reports what the stream dropped. */
export type SampleSource = 'holder' | 'again' | 'dropped';

/**
 * Who has published a sample, by its subject, or undefined if this subject may not carry it, such as one collector's
 * sample in another one's name.
 */
export function sourceOfSample(
  subject: string,
  { collector, task, device_id }: Pick<Sample, 'collector' | 'task' | 'device_id'>,
): SampleSource | undefined {
  switch (subject) {
    case subjects.sample(collector, task, device_id):
      return 'holder';
    case subjects.samplesAgain(task, device_id):
      return 'again';
    case subjects.droppedSamples(task):
      return 'dropped';
    default:
      return undefined;
  }
}
