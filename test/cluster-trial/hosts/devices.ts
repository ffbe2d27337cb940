/**
 * Modbus devices that have nothing to do with Holdfast, as a program: `devices.ts ADDRESS FIRST_PORT CODE…`, one port a device.
 * Each request that reaches one is a line: code, ms since 1970, the address that it came from, and a number that rises
 * with every connection. This log says who polled when, whatever the services believe.
 */
import { createServer } from 'node:net';

const [address = '', firstPort = '', ...codes] = process.argv.slice(2);
const headerBytes = 7;
const readHoldingRegisters = 3;
const illegalFunction = 1;
let connections = 0;

codes.forEach((code, index) => {
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    const connection = connections;
    const from = socket.remoteAddress;
    let unread = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= headerBytes) {
        const length = 6 + unread.readUInt16BE(4);
        if (unread.length < length) return;
        const request = unread.subarray(0, length);
        unread = unread.subarray(length);
        console.log(JSON.stringify([code, Date.now(), from, connection]));
        socket.write(answerTo(request));
      }
    });
  });
  server.listen(Number(firstPort) + index, address);
});

/** Register 0 rises every 100 ms, all others hold 4711. */
function answerTo(request: Buffer): Buffer {
  const pdu = request.subarray(headerBytes);
  if (pdu[0] !== readHoldingRegisters) return frame(request, [(pdu[0] ?? 0) | 0x80, illegalFunction]);
  const first = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  const values = Array.from({ length: count }, (_, index) =>
    first + index === 0 ? Math.floor(Date.now() / 100) % 65_536 : 4711,
  );
  return frame(request, [
    readHoldingRegisters,
    2 * count,
    ...values.flatMap((value) => [value >> 8, value & 0xff]),
  ]);
}

function frame(request: Buffer, pdu: readonly number[]): Buffer {
  const header = Buffer.from(request.subarray(0, headerBytes));
  header.writeUInt16BE(1 + pdu.length, 4);
  return Buffer.concat([header, Buffer.from(pdu)]);
}
