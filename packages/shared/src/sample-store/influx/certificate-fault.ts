/** What Node and OpenSSL call a certificate that is not believed. */
const faults = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What to do about the certificate of a server, or nothing where an error is about something else. */
export function certificateAdvice(code: string | undefined): string {
  if (code === undefined || !faults.has(code)) return '';
  return '. Its certificate is not believed: NODE_EXTRA_CA_CERTS has to name the file of its authority when this process starts, and INFLUX_URL a name that the certificate has';
}
