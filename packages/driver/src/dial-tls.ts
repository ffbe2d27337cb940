import type { DialOptions, LinkHost } from './link.ts';
import type { TlsFields } from './tls-fields.ts';

/** The TLS options for `LinkHost.dial`. @throws DriverFailure where a secret is missing */
export function dialTls(tls: TlsFields | undefined, { secret }: LinkHost): DialOptions['tls'] {
  if (!tls) return undefined;
  const { ca, cert, key, server_name: servername } = tls;
  const read = (name: typeof ca) => name && secret(name.secret);
  return { ca: read(ca), cert: read(cert), key: read(key), servername };
}
