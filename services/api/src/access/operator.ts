import type { IncomingMessage } from 'node:http';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { textWithoutKeys } from '../audit/without-secrets.ts';
import { withoutInvisible } from './name-as-read.ts';

/**
 * The name that a caller claims in the header X-Operator; at most 64 characters count. The header is UTF-8, as a
 * terminal sends it, or else ISO 8859-1, as HTTP used to have it.
 */
export function operatorOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const header = request.headers['x-operator'];
  const name = withoutInvisible(asText(Array.isArray(header) ? header[0] : header) ?? '').trim();
  // The name gets into events, which cannot be taken back.
  return name === '' ? undefined : textWithoutKeys(name).slice(0, 64).toWellFormed();
}

/** Node gives each byte of a header as one character. */
function asText(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (utf8Text(Buffer.from(header, 'latin1')) ?? header);
}
