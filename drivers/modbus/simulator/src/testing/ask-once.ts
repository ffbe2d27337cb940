import { once } from 'node:events';
import { connect } from 'node:net';
import { mbapFrame } from '../framing/mbap-framing.ts';

/** Sends one request over Modbus TCP and gives the whole reply, as hexadecimal digits. */
export async function askOnce(port: number, unitId: number, pdu: readonly number[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(mbapFrame(0x0102, unitId, Buffer.from(pdu)));
    const [reply] = await once(socket, 'data');
    return Buffer.from(reply).toString('hex');
  } finally {
    socket.destroy();
  }
}
