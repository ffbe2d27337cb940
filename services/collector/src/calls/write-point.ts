import { pointWidth } from '@holdfast/driver-modbus/layout/point-layout.ts';
import { encodeValidValue } from '@holdfast/driver-modbus/values/encode.ts';
import { neverWritten } from '@holdfast/driver-modbus/values/never-written.ts';
import type { DeviceReply, ReadPoint } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { NotPermitted } from '../polling/endpoint.ts';
import { type RawBlock, ReadFailure, type ReadPlace, type WriteRequest } from '../ports.ts';
import { inHexadecimal } from './in-hexadecimal.ts';
import { decodedPoint, unreadValue } from './read-point.ts';

type WriteCommand = Pick<WriteRequest, 'address'> &
  (
    | { readonly functionCode: 5 | 15; readonly values: readonly boolean[] }
    | { readonly functionCode: 6 | 16; readonly values: readonly number[] }
  );

export interface WritePointOptions {
  readonly device: DeviceConfig;
  readonly point: PointConfig;
  readonly value: number | boolean | string;
  /** @throws ReadFailure, NotPermitted */
  readonly write: (command: WriteCommand) => Promise<void>;
  readonly read: (request: ReadPlace) => Promise<RawBlock>;
}

/**
 * Reads the value, tells a device the new one, once, and reads it back. Nothing is repeated: a write that got no answer may have been
 * done, and to do it again may start a machine a second time.
 */
export async function writePoint(options: WritePointOptions): Promise<DeviceReply> {
  const { device, point, value, write, read } = options;
  const command = commandFor(point, value);
  if ('refused' in command) return { kind: 'refused', ...command.refused };
  const sent = inHexadecimal(command.values);
  const before = await readNow(point, { read });
  let unconfirmed: string | undefined;
  try {
    await write(command);
  } catch (error) {
    const detail = `${device.code} ${point.code}: ${(error as Error).message}`;
    if (error instanceof NotPermitted) return { kind: 'refused', detail };
    // After an unforeseen fault nobody knows whether bytes had left.
    if (error instanceof ReadFailure && (error.missCause === 'exception' || !error.wasSent)) {
      return { kind: 'written', outcome: 'failed', detail, before, sent, read_back: null };
    }
    unconfirmed = detail;
  }
  const readBack = await readNow(point, { read });
  const isThere = readBack !== null && readBack.raw.join() === sent.join();
  const doubt = unconfirmed === undefined ? '' : `The device did not confirm it (${unconfirmed}). `;
  if (isThere) {
    return {
      kind: 'written',
      outcome: 'written',
      detail: `${doubt}The device holds the value.`,
      ...{ before, sent },
      read_back: readBack,
    };
  }
  if (readBack === null || readBack.raw.length === 0) {
    return {
      kind: 'written',
      outcome: unconfirmed === undefined ? 'written' : 'unknown',
      detail: `${doubt}It could not be read back${readBack ? `: ${readBack.detail}` : ''}.`,
      ...{ before, sent },
      read_back: readBack,
    };
  }
  return {
    kind: 'written',
    outcome: unconfirmed === undefined ? 'differs' : 'unknown',
    detail: `${doubt}The device holds another value: it limits or clears it, or somebody else wrote.`,
    ...{ before, sent },
    read_back: readBack,
  };
}

type RefusedWrite = { readonly refused: { readonly detail: string; readonly because?: 'value' } };

function commandFor(point: PointConfig, value: number | boolean | string): WriteCommand | RefusedWrite {
  const never = neverWritten(point);
  if (never !== undefined) return { refused: { detail: never } };
  const encoded = encodeValidValue(point, value);
  if (!encoded.ok) return { refused: { detail: encoded.message, because: 'value' } };
  const { raw } = encoded;
  const { address } = point;
  if (point.table === 'coil') {
    return { functionCode: raw.length === 1 ? 5 : 15, address, values: raw.map(Boolean) };
  }
  return { functionCode: raw.length === 1 ? 6 : 16, address, values: raw.map(Number) };
}

async function readNow(
  point: PointConfig,
  { read }: Pick<WritePointOptions, 'read'>,
): Promise<ReadPoint | null> {
  const { table, address, code } = point;
  const quantity = pointWidth(point);
  try {
    const raw = await read({ table, address, quantity });
    return decodedPoint(point, raw.values)[0] ?? null;
  } catch (error) {
    return unreadValue(code, { detail: (error as Error).message });
  }
}
