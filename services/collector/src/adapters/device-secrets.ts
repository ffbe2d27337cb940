import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import { secretNamePattern } from '@holdfast/driver/secret-name.ts';

/** Larger than any certificate with its chain. */
const longestBytes = 256 * 1024;

/**
 * Reads the secrets that connections name. Each is a file, in a folder that only this process is given. A file is read
 * whenever its secret is wanted, so a password can be changed without a restart.
 * @param folder undefined where none was given
 * @throws DriverFailure of the kind `config` for a missing secret; no message contains a secret's value
 */
export function deviceSecrets(folder: string | undefined): (name: string) => string {
  return (name) => {
    if (folder === undefined) {
      throw missing(
        name,
        'this collector has no secrets: name a folder with a file of that name in DEVICE_SECRETS',
      );
    }
    // The name comes from a configuration, and must not lead out of the folder.
    if (!secretNamePattern.test(name)) throw missing(name, 'that is no name of a secret');
    const path = join(folder, name);
    let value: string;
    try {
      const bytes = readFileSync(path);
      if (bytes.length > longestBytes) throw new Error(`it has more than ${longestBytes} bytes`);
      value = bytes.toString('utf8').replace(/\r?\n$/, '');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
      throw missing(
        name,
        `${path}: ${why}. Put the value into that file on every collector that may read the device`,
      );
    }
    if (value === '') throw missing(name, `${path} is empty`);
    return value;
  };
}

function missing(name: string, why: string): DriverFailure {
  return new DriverFailure('config', `the secret ${name} cannot be had: ${why}`, { wasSent: false });
}
