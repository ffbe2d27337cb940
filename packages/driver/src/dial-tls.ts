import type { DialOptions, LinkHost } from './link.ts';
import type { TlsFields } from './tls-fields.ts';

/** The TLS options for `LinkHost.dial`. @throws DriverFailure where a secret is missing, or not for this server */
export function dialTls(
  tls: TlsFields | undefined,
  to: Pick<DialOptions, 'host' | 'port'>,
  { secret }: LinkHost,
): DialOptions['tls'] {
  if (!tls) return undefined;
  const { ca, cert, key, server_name: servername } = tls;
  const read = (name: typeof ca) => name && secret(name.secret, to);
  return { ca: read(ca), cert: read(cert), key: read(key), servername };
}
