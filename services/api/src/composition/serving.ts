import type { Server } from 'node:tls';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import type { ApiConfig } from '../config.ts';
import { closeApp, watchUnusedConnections } from '../http/close-app.ts';
import { listen } from '../http/listen.ts';
import { renewTls } from '../tls/renew-tls.ts';
import { readTlsFiles } from '../tls/tls-files.ts';
import { type AppDependencies, buildApp } from './app.ts';

/** Serves the routes over HTTP, or over HTTPS alone where there is a certificate. */
export async function openServing(
  config: ApiConfig,
  dependencies: Omit<AppDependencies, 'log' | 'tls'>,
  { log, onStop }: ServiceContext,
): Promise<void> {
  const { API_TLS_CERT_FILE: certFile, API_TLS_KEY_FILE: keyFile } = config;
  const tlsFiles = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
  const tls = tlsFiles && readTlsFiles(tlsFiles);
  const app = await buildApp({ ...dependencies, tls, log });
  const unused = watchUnusedConnections(app);
  onStop('http', () => closeApp(app, unused));
  if (tlsFiles && tls) {
    log.info({ valid_until: tls.validUntil.toISOString() }, 'the API speaks HTTPS only');
    onStop('tls files', renewTls(app.server as unknown as Server, tlsFiles, log));
  }
  await listen(app, { host: config.API_HOST, port: config.API_PORT });
}
