import { existsSync, readFileSync } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import * as z from 'zod';

/**
 * The part of a lease by which a collector's successor on the same machine can prove that it is dead
 * instead of waiting for the lease to run out.
 */
const lockSchema = z.object({
  lock: z.object({ boot_id: z.string().min(1), socket: z.string().min(1) }),
});

export interface HostLock {
  /** Fields of the lease's value, or empty if this machine offers no proof. */
  readonly fields: Readonly<Record<string, unknown>>;
  /**
   * Whether the process that wrote this lease value is dead for certain. The kernel closes a dead process's socket, so
   * a connection to it is refused; a process that is merely stopped still accepts one. A missing file (another
   * container, another machine) or another boot proves nothing.
   */
  isDead(leaseValue: string): Promise<boolean>;
  release(): Promise<void>;
}

/** Linux names each boot; without the name, a path could belong to an earlier life of the machine. */
const bootIdFile = '/proc/sys/kernel/random/boot_id';

const noProof: HostLock = { fields: {}, isDead: async () => false, release: async () => undefined };

/** @param folder where this machine's collectors keep their locks; must not be shared between machines */
export async function takeHostLock(
  folder: string,
  instance: string,
  log: Pick<Logger, 'warn'>,
): Promise<HostLock> {
  if (!existsSync(bootIdFile)) return noProof;
  const bootId = readFileSync(bootIdFile, 'utf8').trim();
  // Socket paths may have 107 bytes: a part of the instance's random id is enough to be unique.
  const socket = join(folder, `collector-${instance.slice(0, 13)}.sock`);
  const server = createServer((connection) => connection.destroy());
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
  } catch (error) {
    // The proof only saves time, so polling continues even if the folder cannot be written.
    log.warn(
      { err: error, folder },
      'no lock can be kept in this folder: after a crash this collector waits for its old lease to run out. Set LOCK_DIR to a folder that it may write',
    );
    return noProof;
  }
  server.unref();
  const proven = new Set<string>();
  return {
    fields: { lock: { boot_id: bootId, socket } },
    isDead: async (leaseValue) => {
      const { lock } = parse(leaseValue) ?? {};
      if (!lock || lock.boot_id !== bootId) return false;
      if (proven.has(lock.socket)) return true;
      if (!(await isRefused(lock.socket))) return false;
      proven.add(lock.socket);
      await unlink(lock.socket).catch(() => undefined);
      return true;
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parse(leaseValue: string): z.infer<typeof lockSchema> | undefined {
  try {
    return lockSchema.parse(JSON.parse(leaseValue));
  } catch {
    return undefined;
  }
}

function isRefused(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.setTimeout(1_000, () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED');
    });
  });
}
