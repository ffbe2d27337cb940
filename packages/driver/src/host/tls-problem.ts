import { createSecureContext } from 'node:tls';
import type { Text } from '@holdfast/texts/text.ts';
import type { DialOptions } from '../link.ts';
import { driverText } from '../texts.ts';

type Pem = { readonly cert?: string } | { readonly key?: string };

/** Why our own certificate and its key cannot be used for a connection, or undefined if both are sound. */
export function tlsProblem({ cert = '', key = '' }: NonNullable<DialOptions['tls']>): Text | undefined {
  const ofCert = faultOf({ cert });
  if (ofCert !== undefined) return driverText('tls_cert_unusable', { code: ofCert });
  const ofKey = faultOf({ key });
  if (ofKey !== undefined) return driverText('tls_key_unusable', { code: ofKey });
  const ofBoth = faultOf({ cert, key });
  return ofBoth === undefined ? undefined : driverText('tls_key_of_another_cert', { code: ofBoth });
}

/** Returns the code: the message names parts of OpenSSL, and says no more. */
function faultOf(pem: Pem): string | undefined {
  try {
    createSecureContext(pem);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const codesOfTls: Readonly<Record<string, Text>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: driverText('tls_certificate_required'),
  ERR_SSL_WRONG_VERSION_NUMBER: driverText('tls_not_spoken'),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: driverText('tls_not_spoken'),
};
/** Alerts that refuse our certificate, whatever the version of TLS. */
const refusesCertificate =
  /^ERR_SSL_.*_ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN))$/;

/**
 * Why a connection over TLS could not be made or has ended, or undefined if the error itself says it best.
 * @param isOpen whether the handshake was over
 */
export function tlsFailure(
  { code = '' }: { readonly code?: string | undefined },
  { isOpen, hasCertificate }: { readonly isOpen: boolean; readonly hasCertificate: boolean },
): Text | undefined {
  const problem = codesOfTls[code];
  if (problem !== undefined) return problem;
  if (refusesCertificate.test(code)) return driverText('tls_certificate_not_accepted', { code });
  // Over TLS 1.2 a server that wants a certificate says no more than this.
  if (code.startsWith('ERR_SSL_') && code.endsWith('_ALERT_HANDSHAKE_FAILURE') && !hasCertificate) {
    return driverText('tls_handshake_refused');
  }
  if (!isOpen && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return driverText('tls_handshake_ended');
  }
  return undefined;
}
