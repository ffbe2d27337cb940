import { randomInt } from 'node:crypto';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { modbusText } from '../texts.ts';
import { type Framing, incomplete, isExpectedUnit, type OutgoingFrame, type Verdict } from './framing.ts';
import { isFollowedByCopies } from './reply-copies.ts';
import { ExpectedReply, exceptionPduBytes } from './reply-pdu.ts';
import { type BusRequest, encodeRequest } from './request-pdu.ts';

/** Transaction id, protocol id and length; the length counts what follows it, from the unit id on. */
const prefixBytes = 6;
const headerBytes = 7;
const transactionIds = 0x1_0000;

const reply = { kind: 'reply', pduAt: headerBytes } satisfies Verdict;

/**
 * Modbus TCP. Transaction ids continue across connections and begin at random: some gateways send a late answer to
 * whoever is connected by then, which would otherwise answer the first request of a new connection or process.
 */
export class MbapFraming implements Framing {
  readonly forgivesNoise = false;
  #transactionId = randomInt(transactionIds);

  frame(request: BusRequest): OutgoingFrame {
    const bytes = encodeRequest(request, headerBytes, 0);
    this.#transactionId = (this.#transactionId + 1) % transactionIds;
    const length = bytes.length - prefixBytes;
    bytes[0] = this.#transactionId >>> 8;
    bytes[1] = this.#transactionId & 0xff;
    bytes[2] = 0;
    bytes[3] = 0;
    bytes[4] = length >>> 8;
    bytes[5] = length & 0xff;
    bytes[6] = request.unitId;
    return { bytes, expected: new ExpectedReply(request, bytes.subarray(headerBytes)) };
  }

  judge(bytes: Uint8Array, count: number, request: BusRequest, { expected }: OutgoingFrame): Verdict {
    if (count < prefixBytes) return incomplete;
    const transactionId = uint16(bytes, 0);
    if (transactionId !== this.#transactionId) {
      return fault(
        modbusText('transaction_id_instead_of', { received: transactionId, expected: this.#transactionId }),
      );
    }
    const protocolId = uint16(bytes, 2);
    if (protocolId !== 0) return fault(modbusText('protocol_id_instead_of', { received: protocolId }));
    const length = uint16(bytes, 4);
    if (length !== 1 + expected.pduBytes && length !== 1 + exceptionPduBytes) {
      return fault(driverText('length_instead_of', { received: length, expected: 1 + expected.pduBytes }));
    }
    if (count > prefixBytes && !isExpectedUnit(bytes[prefixBytes], request)) {
      return fault(
        modbusText('unit_id_instead_of', { received: bytes[prefixBytes] ?? 0, expected: request.unitId }),
      );
    }
    if (count > headerBytes) {
      const functionCode = bytes[headerBytes];
      const pduBytes = expected.pduBytesFor(functionCode);
      if (pduBytes === undefined) {
        return fault(
          modbusText('function_code_instead_of', {
            received: functionCode ?? 0,
            expected: expected.functionCode,
          }),
        );
      }
      if (length !== 1 + pduBytes)
        return fault(driverText('length_instead_of', { received: length, expected: 1 + pduBytes }));
      const headFault =
        functionCode === expected.functionCode
          ? expected.headFault(bytes, headerBytes, count - headerBytes - 1)
          : undefined;
      if (headFault) return fault(headFault);
    }
    const end = prefixBytes + length;
    if (count < end) return incomplete;
    if (count === end) return reply;
    if (isFollowedByCopies(bytes, end, count)) return { ...reply, end };
    return fault(driverText('bytes_too_many', { count: count - end }));
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function fault(reason: Text): Verdict {
  return { kind: 'fault', reason };
}
