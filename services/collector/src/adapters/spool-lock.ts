import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Makes a folder this process's own for as long as it lives: a socket in Linux's abstract namespace, which the
 * kernel gives to one process and takes back when that is dead, not when it merely stands still. Elsewhere the
 * lease alone has to keep two processes apart.
 * @returns what gives it back; undefined while another process has it
 */
export async function lockSpoolFolder(folder: string): Promise<(() => Promise<void>) | undefined> {
  if (process.platform !== 'linux') return async () => undefined;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  const server = createServer((connection) => connection.destroy());
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(`\0holdfast-spool-${name}`, () => resolve(true));
  });
  if (!isOurs) return undefined;
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}
