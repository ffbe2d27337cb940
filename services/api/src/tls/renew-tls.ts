import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:tls';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

const lookEveryMs = 2_000;
/** Certificate and key are two files, which are renewed one after the other. */
const settleMs = 500;

/**
 * Takes renewed files into use for new connections. Files that cannot be used are logged and change nothing. Changes
 * are found by the files' times: watching a folder misses exchanged links, as Kubernetes and certbot use them.
 */
export function renewTls(server: Server, files: TlsFiles, log: Logger): Stop {
  let timer: NodeJS.Timeout | undefined;
  const renew = () => {
    try {
      const { cert, key, validUntil } = readTlsFiles(files);
      server.setSecureContext({ cert, key });
      log.info({ valid_until: validUntil.toISOString() }, 'the renewed certificate is in use');
    } catch (err) {
      log.error({ err }, 'the renewed certificate cannot be used; the former one stays in use');
    }
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(renew, settleMs);
  };
  const watched = [files.certFile, files.keyFile];
  for (const file of watched) watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  return async () => {
    clearTimeout(timer);
    for (const file of watched) unwatchFile(file, changed);
  };
}
