import * as z from 'zod';
import type { FieldWords } from './form-words.ts';
import { plainCode } from './plain-text.ts';
import { secretNameSchema, secretWords } from './secret-name.ts';
import type { FieldProblem } from './spec.ts';
import { driverText } from './texts.ts';

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
  label: driverText('tls'),
  fields: {
    ca: secretWords(driverText('authority')),
    cert: secretWords(driverText('certificate')),
    key: secretWords(driverText('key')),
    server_name: {
      label: driverText('server_name'),
      help: driverText('server_name_help'),
    },
  },
};

export function tlsProblems(tls: TlsFields | undefined): FieldProblem[] {
  const isWhole = (tls?.cert === undefined) === (tls?.key === undefined);
  return isWhole ? [] : [{ field: 'tls', message: driverText('tls_cert_and_key') }];
}
