import type { IncomingMessage } from 'node:http';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { textWithoutKeys } from '../audit/without-secrets.ts';

/**
 * Who is behind a request by his own account: the header X-Operator, of which at most 64 characters count. It is UTF-8, as
 * a terminal sends it, or else what HTTP has of old, ISO 8859-1.
 */
export function operatorOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const header = request.headers['x-operator'];
  const name = asText(Array.isArray(header) ? header[0] : header)
    ?.replace(/\p{Cc}/gu, '')
    .trim();
  // It comes to stand in events, which nobody can take back.
  return name ? textWithoutKeys(name).slice(0, 64).toWellFormed() : undefined;
}

/** Node gives each byte of a header as one character. */
function asText(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (utf8Text(Buffer.from(header, 'latin1')) ?? header);
}
