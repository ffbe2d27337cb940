import { createSecureContext } from 'node:tls';
import type { DialOptions } from '../link.ts';

type Pem = { readonly cert?: string } | { readonly key?: string };

/** Why our own certificate and its key cannot be used for a connection, or undefined if both are sound. */
export function tlsProblem({ cert = '', key = '' }: NonNullable<DialOptions['tls']>): string | undefined {
  const ofCert = faultOf({ cert });
  if (ofCert !== undefined) return `tls.cert is no certificate that can be used (${ofCert})`;
  const ofKey = faultOf({ key });
  if (ofKey !== undefined) return `tls.key is no key that can be used (${ofKey})`;
  const ofBoth = faultOf({ cert, key });
  return ofBoth === undefined ? undefined : `tls.key is not the key of tls.cert (${ofBoth})`;
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

const codesOfTls: Readonly<Record<string, string>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the other side wants a certificate: set tls.cert and tls.key',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other side does not speak TLS on this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the other side does not speak TLS on this port',
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
): string | undefined {
  const problem = codesOfTls[code];
  if (problem !== undefined) return problem;
  if (refusesCertificate.test(code))
    return `the other side does not accept the certificate tls.cert (${code})`;
  // Over TLS 1.2 a server that wants a certificate says no more than this.
  if (code.startsWith('ERR_SSL_') && code.endsWith('_ALERT_HANDSHAKE_FAILURE') && !hasCertificate) {
    return 'the other side refuses the TLS handshake: it may want a certificate (tls.cert and tls.key)';
  }
  if (!isOpen && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return 'the other side ended the connection during the TLS handshake: it may not speak TLS on this port';
  }
  return undefined;
}
