import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** Certificates of trusted authorities, and the file from which they came, for messages. */
export interface AuthorityFile {
  readonly file: string;
  readonly pem: string;
}

/**
 * A setting that names such a file. The file is read together with all other settings, so that its faults are reported
 * with theirs.
 */
export const authorityFileSetting = z.string().transform((file, context): AuthorityFile => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  try {
    const pem = readFileSync(file, 'utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----')
      ? { file, pem }
      : refuse(`${file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  } catch (error) {
    return refuse(`cannot read ${file}: ${(error as Error).message}`);
  }
});
