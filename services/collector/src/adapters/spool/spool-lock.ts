import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

export interface SpoolLock {
  /**
   * True when the kernel gives the lock to only one of all processes that use this machine's disks, even in different
   * containers. Otherwise it only distinguishes processes that share a network namespace.
   */
  readonly isProof: boolean;
  /** @param removeFile true when nothing is left to lock */
  release(removeFile: boolean): Promise<void>;
}

export function spoolLockPath(folder: string): string {
  return `${folder}.lock`;
}

/**
 * Reserves a folder for this process for as long as it lives: the kernel takes both locks back when the process is
 * dead, not when it merely stands still.
 *
 * The first lock is on a file next to the folder, which also works between containers that share the disk. The second
 * is a name in Linux's abstract namespace of sockets, for disks on which the file cannot be locked. Elsewhere the lease
 * alone has to keep two processes apart.
 * @returns undefined while another process has the folder
 */
export async function lockSpoolFolder(folder: string): Promise<SpoolLock | undefined> {
  const path = spoolLockPath(folder);
  const file = await lockFile(path);
  if (file === 'taken') return undefined;
  const socket = await lockSocket(folder).catch(async (error: unknown) => {
    await file?.close();
    throw error;
  });
  if (!socket) {
    await file?.close();
    return undefined;
  }
  return {
    isProof: file !== undefined,
    release: async (removeFile) => {
      await socket();
      // Unlink while the file is still locked: a process that has opened it meanwhile finds that it is no longer the one at
      // its path.
      if (file && removeFile) await unlink(path).catch(() => undefined);
      await file?.close();
    },
  };
}

/** @returns undefined where files cannot be locked: no `flock` here, or the disk takes no new file */
async function lockFile(path: string): Promise<FileHandle | 'taken' | undefined> {
  for (;;) {
    let file: FileHandle;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      file = await open(path, 'a', 0o600);
    } catch {
      return undefined;
    }
    const outcome = await flock(file.fd);
    if (outcome !== 'locked') {
      await file.close();
      return outcome === 'taken' ? 'taken' : undefined;
    }
    const [ours, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
    if (ours.ino === there?.ino) return file;
    await file.close();
  }
}

/** Node has no call for `flock`. The lock belongs to the open file, which the child shares with us and leaves to us. */
function flock(fd: number): Promise<'locked' | 'taken' | 'impossible'> {
  return new Promise((resolve) => {
    const child = spawn('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    child.once('error', () => resolve('impossible'));
    child.once('exit', (code) => resolve(code === 0 ? 'locked' : code === 1 ? 'taken' : 'impossible'));
  });
}

async function lockSocket(folder: string): Promise<(() => Promise<void>) | undefined> {
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
