import type { ApiConfig } from './config.ts';

/** How a browser on this machine reaches the API. */
export function ownOrigin(
  config: Pick<ApiConfig, 'API_HOST' | 'API_PORT' | 'API_PUBLISHED_PORT' | 'API_TLS_CERT_FILE'>,
): string {
  const { API_HOST: host, API_PORT, API_PUBLISHED_PORT: port = API_PORT } = config;
  const isAny = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return new URL(`${config.API_TLS_CERT_FILE === undefined ? 'http' : 'https'}://${name}:${port}`).origin;
}
