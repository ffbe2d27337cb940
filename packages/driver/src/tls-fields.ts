import * as z from 'zod';
import { both, type FieldWords } from './form-words.ts';
import { plainCode } from './plain-text.ts';
import { secretNameSchema, secretWords } from './secret-name.ts';
import type { FieldProblem } from './spec.ts';

/** The field `tls` of a connection, for every protocol over TCP. */
export const tlsSchema = z.object({
  /** PEM of the authorities trusted to vouch for the other side; those of the system unless set. */
  ca: secretNameSchema.optional(),
  /** PEM of our own certificate and its key, for servers that demand one. */
  cert: secretNameSchema.optional(),
  key: secretNameSchema.optional(),
  /** Name in the certificate of the other side; the host unless set. */
  server_name: plainCode(z.string().min(1).max(253)).optional(),
});
export type TlsFields = z.infer<typeof tlsSchema>;

export const tlsWords: FieldWords = {
  label: both('TLS', 'TLS'),
  fields: {
    ca: secretWords(both('Authority', 'CA 证书')),
    cert: secretWords(both('Certificate', '客户端证书')),
    key: secretWords(both('Key', '私钥')),
    server_name: {
      label: both('Name in the certificate', '证书中的名称'),
      help: both('The host unless set.', '不填则为主机名。'),
    },
  },
};

export function tlsProblems(tls: TlsFields | undefined): FieldProblem[] {
  const isWhole = (tls?.cert === undefined) === (tls?.key === undefined);
  return isWhole ? [] : [{ field: 'tls', message: 'must have cert and key, or neither' }];
}
