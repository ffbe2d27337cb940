import type { Socket } from 'node:net';

/**
 * Resets a connection. A socket that is ending already cannot be reset: libuv refuses with EINVAL, and Node then leaves
 * the handle open and may spin on it. A socket that is still connecting has nothing to reset.
 */
export function tearDown(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
