import { createSecureContext } from 'node:tls';
import type { DialOptions } from '../link.ts';

type Pem = { readonly cert?: string } | { readonly key?: string };

/** Why our own certificate and its key cannot be used for a connection; undefined when both are sound. */
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
