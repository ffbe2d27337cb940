import type { RegisterTable } from '../layout/point-layout.ts';
import type { ReadPlace, ReadRequest, WriteRequest } from '../layout/requests.ts';

/** The Modbus Application Protocol Specification V1.1b3, section 6. */
const readFunctionCodes: Readonly<Record<RegisterTable, number>> = {
  coil: 1,
  discrete_input: 2,
  holding_register: 3,
  input_register: 4,
};

/** Function code, address and quantity or value: each request begins so, and the confirmation of a write repeats it. */
export const requestHeadBytes = 5;

export type BusRequest = ReadRequest | WriteRequest;

export function isWrite(request: BusRequest): request is WriteRequest {
  return 'functionCode' in request;
}

/** Distinguishes an answer from the answers to other requests of the same unit: function code and byte count. */
export function answerShape(request: BusRequest): number {
  return isWrite(request)
    ? shapeOf(request.functionCode, 0)
    : shapeOf(readFunctionCodes[request.table], dataBytesOf(request));
}

/** @param dataBytes of a read; 0 for a write */
export function shapeOf(functionCode: number, dataBytes: number): number {
  return functionCode * 256 + dataBytes;
}

export function dataBytesOf({ table, quantity }: ReadPlace): number {
  return table === 'coil' || table === 'discrete_input' ? (quantity + 7) >>> 3 : quantity * 2;
}

/**
 * The protocol data unit of a request, with room before and after it for what the framing adds.
 * @throws RangeError for a request that does not fit into a frame
 */
export function encodeRequest(request: BusRequest, bytesBefore: number, bytesAfter: number): Buffer {
  check('unit id', request.unitId, 0, 255);
  check('address', request.address, 0, 65_535);
  if (!isWrite(request)) {
    const { table, address, quantity } = request;
    check('quantity', quantity, 1, table === 'coil' || table === 'discrete_input' ? 2000 : 125);
    return head(readFunctionCodes[table], address, quantity, bytesBefore, 0, bytesAfter);
  }
  const { functionCode, address, values } = request;
  switch (functionCode) {
    case 5:
      check('number of values', values.length, 1, 1);
      return head(5, address, values[0] ? 0xff00 : 0, bytesBefore, 0, bytesAfter);
    case 6:
      check('number of values', values.length, 1, 1);
      return head(6, address, registerValue(values[0]), bytesBefore, 0, bytesAfter);
    case 15: {
      check('number of values', values.length, 1, 1968);
      const byteCount = Math.ceil(values.length / 8);
      const frame = head(15, address, values.length, bytesBefore, 1 + byteCount, bytesAfter);
      const data = bytesBefore + requestHeadBytes;
      frame[data] = byteCount;
      frame.fill(0, data + 1, data + 1 + byteCount);
      for (const [index, isOn] of values.entries()) {
        const at = data + 1 + (index >> 3);
        if (isOn) frame[at] = (frame[at] ?? 0) | (1 << (index & 7));
      }
      return frame;
    }
    case 16: {
      check('number of values', values.length, 1, 123);
      const frame = head(16, address, values.length, bytesBefore, 1 + values.length * 2, bytesAfter);
      const data = bytesBefore + requestHeadBytes;
      frame[data] = values.length * 2;
      for (const [index, value] of values.entries()) {
        frame.writeUInt16BE(registerValue(value), data + 1 + index * 2);
      }
      return frame;
    }
    default:
      return functionCode satisfies never;
  }
}

function head(
  functionCode: number,
  address: number,
  third: number,
  bytesBefore: number,
  dataBytes: number,
  bytesAfter: number,
): Buffer {
  const frame = Buffer.allocUnsafe(bytesBefore + requestHeadBytes + dataBytes + bytesAfter);
  frame[bytesBefore] = functionCode;
  frame[bytesBefore + 1] = address >>> 8;
  frame[bytesBefore + 2] = address & 0xff;
  frame[bytesBefore + 3] = third >>> 8;
  frame[bytesBefore + 4] = third & 0xff;
  return frame;
}

function registerValue(value: number | undefined): number {
  check('value', value ?? Number.NaN, 0, 65_535);
  return value ?? 0;
}

function check(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${what} ${value} is not within ${min} and ${max}`);
}
