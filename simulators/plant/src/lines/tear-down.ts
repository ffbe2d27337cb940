import type { Socket } from 'node:net';

/**
 * A reset. One that is ending already cannot be reset: libuv refuses that with EINVAL, and Node then leaves the handle
 * open, and may spin on it. One that is still connecting has nothing to reset.
 */
export function tearDown(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
