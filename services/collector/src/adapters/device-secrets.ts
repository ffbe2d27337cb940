import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import { secretNamePattern } from '@holdfast/driver/secret-name.ts';
import {
  type SecretBindings,
  type SecretUse,
  secretBindingsFile,
  secretBindingsSchema,
  secretRefusal,
} from '@holdfast/shared/contracts/secret-bindings.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { TextError } from '@holdfast/texts/text-error.ts';
import * as z from 'zod';

/** Larger than any certificate with its chain. */
const longestBytes = 256 * 1024;

export interface DeviceSecrets {
  /**
   * The value of a secret, for one use.
   * @throws DriverFailure of the kind `config` for a missing secret, or one that is not bound to the site and host of the
   * use; no message contains a secret's value
   */
  value(name: string, use: SecretUse): string;
  /** Which sites and hosts each secret is for, or undefined if that cannot be read. */
  bindings(): SecretBindings | undefined;
}

/**
 * Reads the secrets that connections name. Each is a file, in a folder that only this process is given; `bindings.json`
 * there says which sites and hosts may use it. Files are read whenever a secret is wanted, so a password can be changed
 * without a restart.
 * @param folder undefined where none was given
 */
export function deviceSecrets(folder: string | undefined): DeviceSecrets {
  const readSecret = (path: string): string => {
    const bytes = readFileSync(path);
    if (bytes.length > longestBytes)
      throw new TextError(collectorText('file_too_long', { count: longestBytes }));
    return bytes.toString('utf8').replace(/\r?\n$/, '');
  };
  const readBindings = (): SecretBindings => {
    if (folder === undefined) return {};
    let text: string;
    try {
      text = readSecret(join(folder, secretBindingsFile));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      // The message of JSON.parse quotes the file.
      throw new TextError(collectorText('file_is_no_json'));
    }
    const parsed = secretBindingsSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new Error(z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' '));
  };
  return {
    bindings: () => {
      try {
        return readBindings();
      } catch {
        return undefined;
      }
    },
    value: (name, use) => {
      if (folder === undefined) {
        throw missing(name, collectorText('no_folder_of_secrets'));
      }
      // The name comes from a configuration, and must not lead out of the folder.
      if (!secretNamePattern.test(name) || name === secretBindingsFile) {
        throw missing(name, collectorText('not_a_secret_name'));
      }
      let refusal: Text | undefined;
      try {
        refusal = secretRefusal(readBindings(), name, use);
      } catch (error) {
        const path = join(folder, secretBindingsFile);
        throw missing(name, collectorText('file_cannot_be_read', { path, why: errorText(error) }));
      }
      if (refusal !== undefined) throw new DriverFailure('config', refusal, { wasSent: false });
      const path = join(folder, name);
      let value: string;
      try {
        value = readSecret(path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const why = code === 'ENOENT' ? collectorText('file_missing') : (code ?? errorText(error));
        throw missing(name, collectorText('secret_file_fault', { path, error: why }));
      }
      if (value === '') throw missing(name, collectorText('secret_file_is_empty', { path }));
      return value;
    },
  };
}

function missing(name: string, why: Text): DriverFailure {
  return new DriverFailure('config', collectorText('secret_cannot_be_had', { name, why }), {
    wasSent: false,
  });
}
