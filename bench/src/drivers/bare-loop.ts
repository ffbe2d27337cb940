import { once } from 'node:events';
import { connect } from 'node:net';
import type { DeviceLoop, RecordedExchange } from './driver-loop.ts';

/**
 * The least that the same requests cost in Node: writes their bytes again, each when enough bytes have come for the one
 * before, and looks at none of these.
 */
export async function bareLoop(
  { host, port }: { readonly host: string; readonly port: number },
  exchanges: readonly RecordedExchange[],
): Promise<DeviceLoop> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  let next = 0;
  let exchangesLeft = 0;
  let missing = 0;
  let done: () => void = () => undefined;
  const send = (): void => {
    const exchange = exchanges[next % exchanges.length] as RecordedExchange;
    next += 1;
    missing = exchange.answerBytes;
    socket.write(exchange.request);
  };
  socket.on('data', (chunk) => {
    missing -= chunk.length;
    if (missing > 0) return;
    exchangesLeft -= 1;
    if (exchangesLeft > 0) send();
    else done();
  });
  return {
    run: (times) =>
      new Promise((resolve) => {
        exchangesLeft = times * exchanges.length;
        done = resolve;
        send();
      }),
    close: () => void socket.destroy(),
  };
}
