import type { ReadPoint, ReadRequestReport } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig, PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { decodePoint, pointProblemTexts, type Reading } from '@holdfast/shared/domain/register/decode.ts';
import { pointWidth, valueCodes } from '@holdfast/shared/domain/register/point-layout.ts';
import type { ReadBlock } from '../polling/read-plan.ts';
import { type RawBlock, ReadFailure, type ReadRequest } from '../ports.ts';
import { inHexadecimal } from './in-hexadecimal.ts';

export interface ReadOnceOptions {
  readonly device: DeviceConfig;
  /** The requests that read all points. */
  readonly blocks: readonly ReadBlock[];
  /** @throws ReadFailure, or what means that nothing more may be asked; then the rest is not read */
  readonly read: (request: Pick<ReadRequest, 'table' | 'address' | 'quantity'>) => Promise<RawBlock>;
  readonly nowMs: () => number;
}

export interface ReadOnce {
  readonly points: readonly ReadPoint[];
  readonly requests: readonly ReadRequestReport[];
}

/**
 * Reads every point once. Where a device refuses a block of several points, each is asked for by itself, so that the
 * answer says which of them it does not have. Without an answer nothing more is asked: each request would cost as
 * long a wait.
 */
export async function readOnce({ device, blocks, read, nowMs }: ReadOnceOptions): Promise<ReadOnce> {
  const requests: ReadRequestReport[] = [];
  const found = new Map<string, ReadPoint>();
  const keep = (points: readonly ReadPoint[]) => {
    for (const each of points) found.set(each.code, each);
  };
  let given: string | undefined;

  const ask = async (block: ReadBlock): Promise<void> => {
    if (given !== undefined) return;
    const { table, address, quantity } = block;
    const startedMs = nowMs();
    const report = (error: string) =>
      requests.push({ table, address, quantity, ms: Math.round((nowMs() - startedMs) * 10) / 10, error });
    try {
      const raw = await read({ table, address, quantity });
      report('');
      for (const { point, offset, width } of block.points) {
        keep(decoded(point, raw.values.slice(offset, offset + width)));
      }
    } catch (error) {
      const detail = (error as Error).message;
      report(detail);
      if (!(error instanceof ReadFailure) || error.missCause !== 'exception') given = detail;
      else if (block.points.length > 1) {
        for (const { point, width } of block.points) {
          await ask({
            table,
            address: point.address,
            quantity: width,
            points: [{ point, offset: 0, width }],
          });
        }
      } else for (const { point } of block.points) keep(bad(point, detail));
    }
  };
  for (const block of blocks) await ask(block);

  const points = device.points.flatMap((point) => {
    const unread = given === undefined ? unplanned(point) : `not read: ${given}`;
    return bad(point, unread).map((absent) => found.get(absent.code) ?? absent);
  });
  return { points, requests };
}

function decoded(point: PointConfig, raw: readonly (number | boolean)[]): readonly ReadPoint[] {
  const words = inHexadecimal(raw);
  return decodePoint(point, raw as readonly number[]).map((reading) => ({
    code: reading.code,
    raw: words,
    ...verdict(reading),
  }));
}

function verdict(reading: Reading): Pick<ReadPoint, 'quality' | 'value' | 'detail'> {
  if (reading.kind === 'problem')
    return { quality: 'bad', value: null, detail: pointProblemTexts[reading.problem] };
  const value = reading.kind === 'integer' ? reading.digits : reading.value;
  return reading.isUncertain
    ? { quality: 'uncertain', value, detail: 'outside its valid range, or unknown to its enumeration' }
    : { quality: 'good', value, detail: '' };
}

function bad(point: PointConfig, detail: string): readonly ReadPoint[] {
  return valueCodes(point).map((code) => ({ code, quality: 'bad', value: null, raw: [], detail }));
}

function unplanned(point: PointConfig): string {
  return `no request of this device can read it: ${pointWidth(point)} from ${point.table} ${point.address} on; see its max_registers, max_bits and excluded ranges`;
}
