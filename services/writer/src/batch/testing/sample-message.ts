import { firstSubjectHeader, type Sample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SampleMessage } from '../../ports.ts';

/** 2026-01-01T00:00:00Z */
export const firstTimeMs = 1_767_225_600_000;

/** A sample of press 1, changed where the test needs it. */
export function sampleOf(changes: Partial<Sample> & Pick<Sample, 'tick'>): Sample {
  const time = firstTimeMs + changes.tick * 1_000;
  return {
    v: sampleVersion,
    session: 'session-1',
    epoch: 7,
    collector: 'collector-1',
    task: 'task-1',
    device_id: 'device-1',
    device: 'press-1',
    site: 'north',
    measurement: 'press-1',
    period_ms: 1_000,
    time,
    read_at: time + 3,
    values: { temperature: 20.5 },
    ...changes,
  };
}

/** The same message, sent again from quarantine by the API. */
export function resentMessage(
  seq: number,
  body: Sample | string,
  headers: Readonly<Record<string, string>>,
): SampleMessage {
  const first = messageOf(seq, body);
  return {
    ...messageOf(seq, body, { [firstSubjectHeader]: first.subject, ...headers }),
    subject: 'samples._again.task-1.device-1',
  };
}

/** The message as the broker delivers it, stored at the moment of the reading. */
export function messageOf(
  seq: number,
  body: Sample | string,
  headers: Readonly<Record<string, string>> = {},
): SampleMessage {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    seq,
    subject: 'samples.collector-1.task-1.device-1',
    data: new TextEncoder().encode(text),
    time: new Date(typeof body === 'string' ? firstTimeMs : body.read_at),
    headers: { get: (name) => headers[name] ?? '' },
    string: () => text,
  };
}
