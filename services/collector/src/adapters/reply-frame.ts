import { isBitTable } from '@holdfast/shared/domain/register/point-layout.ts';
import type { ReadRequest } from '../ports.ts';

/** MBAP header without the unit id, which the length field counts: transaction id, protocol id, length. */
const prefixBytes = 6;
const exceptionReplyBytes = prefixBytes + 3;

/**
 * Why the bytes that arrived between a request and its accepted reply are not exactly one well-formed reply to it;
 * undefined when they are.
 *
 * modbus-serial drops frames with other ids without a word, never looks at the protocol id, takes an exception from
 * any unit, and keeps surplus bytes, which shift every later frame. All of them mean that the two sides
 * no longer agree on where they are, so the connection must go.
 */
export function replyFault(
  received: Buffer,
  { request, transactionId }: { readonly request: ReadRequest; readonly transactionId: number },
  isException: boolean,
): string | undefined {
  const dataBytes = isBitTable(request.table) ? Math.ceil(request.quantity / 8) : request.quantity * 2;
  const expectedBytes = isException ? exceptionReplyBytes : exceptionReplyBytes + dataBytes;
  if (received.length !== expectedBytes) return `${received.length} bytes instead of ${expectedBytes}`;
  const receivedId = received.readUInt16BE(0);
  if (receivedId !== transactionId) return `transaction id ${receivedId} instead of ${transactionId}`;
  const protocolId = received.readUInt16BE(2);
  if (protocolId !== 0) return `protocol id ${protocolId} instead of 0`;
  const length = received.readUInt16BE(4);
  if (length !== expectedBytes - prefixBytes) return `length field ${length}`;
  const unitId = received.readUInt8(6);
  if (unitId !== request.unitId) return `unit id ${unitId} instead of ${request.unitId}`;
  if (isException) return undefined;
  const byteCount = received.readUInt8(8);
  return byteCount === dataBytes ? undefined : `byte count ${byteCount} instead of ${dataBytes}`;
}
