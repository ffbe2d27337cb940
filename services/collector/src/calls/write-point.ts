import { errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Answer, Command, Group } from '@holdfast/driver/requests.ts';
import type { FieldProblem } from '@holdfast/driver/spec.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import type { DeviceReply, ReadPoint } from '@holdfast/shared/contracts/device-call.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { NotPermitted } from '../polling/endpoint.ts';
import type { PollableDevice } from '../polling/pollable-device.ts';
import { readValue, unreadValue } from './read-point.ts';

export interface WritePointOptions {
  /** With exactly one point. */
  readonly device: PollableDevice;
  readonly value: number | boolean | string;
  /** @throws DriverFailure, NotPermitted */
  readonly write: (command: Command) => Promise<void>;
  readonly read: (group: Group) => Promise<Answer>;
}

/**
 * Reads the value, writes the new one once, and reads it back. Nothing is repeated: a write without an answer may have
 * been done, and doing it again may start a machine a second time.
 */
export async function writePoint(options: WritePointOptions): Promise<DeviceReply> {
  const { device, value, write } = options;
  const code = device.set.list.codes[0] ?? '';
  const command = device.plan.command?.(0, value) ?? noCommand;
  if ('field' in command) return refused(command);
  const sent = [...command.sent];
  const before = await readNow(options);
  let unconfirmed: Text | undefined;
  try {
    await write(command);
  } catch (error) {
    const detail = collectorText('write_of_point', {
      device: device.code,
      point: code,
      why: errorText(error),
    });
    if (error instanceof NotPermitted) return { kind: 'refused', detail };
    // After an unforeseen fault it is unknown whether bytes had left.
    if (error instanceof DriverFailure && (error.isAnswer || !error.wasSent)) {
      return { kind: 'written', outcome: 'failed', detail, before, sent, read_back: null };
    }
    unconfirmed = detail;
  }
  const readBack = await readNow(options);
  const isThere = readBack !== null && readBack.raw.join() === sent.join();
  const after = (outcome: Text): Text =>
    unconfirmed === undefined
      ? outcome
      : collectorText('two_sentences', {
          one: collectorText('write_not_confirmed', { why: unconfirmed }),
          other: outcome,
        });
  if (isThere) {
    return {
      kind: 'written',
      outcome: 'written',
      detail: after(collectorText('device_holds_the_value')),
      ...{ before, sent },
      read_back: readBack,
    };
  }
  if (readBack === null || readBack.raw.length === 0) {
    return {
      kind: 'written',
      outcome: unconfirmed === undefined ? 'written' : 'unknown',
      detail: after(
        readBack
          ? collectorText('not_read_back_because', { why: readBack.detail })
          : collectorText('not_read_back'),
      ),
      ...{ before, sent },
      read_back: readBack,
    };
  }
  return {
    kind: 'written',
    outcome: unconfirmed === undefined ? 'differs' : 'unknown',
    detail: after(collectorText('device_holds_another_value')),
    ...{ before, sent },
    read_back: readBack,
  };
}

const noCommand: FieldProblem = { field: 'writable', message: collectorText('protocol_has_no_writing') };

function refused({ field, message }: FieldProblem): DeviceReply {
  return { kind: 'refused', detail: message, ...(field === 'value' && { because: 'value' as const }) };
}

async function readNow({
  device: { set, plan },
  read,
}: Pick<WritePointOptions, 'device' | 'read'>): Promise<ReadPoint | null> {
  const { list } = set;
  const { groups, missing } = plan.groups(set.all, Number.POSITIVE_INFINITY);
  const code = list.codes[0] ?? '';
  const [group] = groups;
  if (!group) return unreadValue(code, { detail: missing[0]?.explanation ?? collectorText('not_read') });
  try {
    const answer = await read(group);
    const readings = new Readings(list);
    answer.decode(readings);
    const [reading] = readings.all;
    return reading ? readValue(reading, answer.raw?.(reading.at) ?? []) : null;
  } catch (error) {
    return unreadValue(code, { detail: errorText(error) });
  }
}
