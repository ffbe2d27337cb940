import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface TlsFiles {
  /** PEM: the certificate first, then those between it and the authority. */
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly validUntil: Date;
}

/** The message says what is wrong with which file, and nothing of the file's content. */
export class TlsFilesUnusable extends Error {
  override readonly name = 'TlsFilesUnusable';
}

/** @throws TlsFilesUnusable */
export function readTlsFiles({ certFile, keyFile }: TlsFiles, now = new Date()): TlsMaterial {
  const cert = read(certFile);
  const key = read(keyFile);
  const certificate = parsed(certFile, 'a certificate in PEM', () => new X509Certificate(cert));
  const privateKey = parsed(keyFile, 'a private key in PEM without a passphrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsFilesUnusable(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  }
  const validUntil = new Date(certificate.validTo);
  if (validUntil <= now)
    throw new TlsFilesUnusable(`the certificate in ${certFile} expired on ${certificate.validTo}`);
  if (new Date(certificate.validFrom) > now) {
    throw new TlsFilesUnusable(`the certificate in ${certFile} is not valid before ${certificate.validFrom}`);
  }
  return { cert, key, validUntil };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TlsFilesUnusable(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function parsed<T>(file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new TlsFilesUnusable(`${file} holds not ${what}`, { cause: error });
  }
}
