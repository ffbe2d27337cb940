const isExpired = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
/** Error codes of Node and OpenSSL for a certificate whose authority is not trusted. */
const isNotBelieved = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Advice on a server's certificate; nothing if the error is about something else.
 * @param file the file that INFLUX_TLS_CA_FILE names
 */
export function certificateAdvice(
  code: string | undefined,
  { host, file }: { readonly host: string; readonly file: string | undefined },
): string {
  if (code === undefined) return '';
  if (isExpired.has(code)) {
    return `. The certificate of ${host} is not valid at this time: renew it there, and look at the clocks`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `. The certificate of ${host} is made out to other names: INFLUX_URL has to have one of them`;
  }
  if (!isNotBelieved.has(code)) return '';
  return file === undefined
    ? `. Nobody who is known here has signed the certificate of ${host}: INFLUX_TLS_CA_FILE has to name the file of the authority that has`
    : `. The certificate of ${host} was not signed by the authority in ${file}: put the one there that has, or let INFLUX_TLS_CA_FILE name its file, and start again`;
}
