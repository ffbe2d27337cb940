import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stop } from './lifecycle.ts';
import type { Metrics, MetricsPage } from './metrics.ts';
import { type Readiness, readinessAnswer } from './readiness.ts';

/** Shows each dependency as a metric, under the name that GET /health/ready has for it. */
export function addReadiness(metrics: Metrics, readiness: Readiness): void {
  metrics.gauge({
    name: 'holdfast_dependency_up',
    help: 'Whether this process can use what it needs (1) or not (0), as in /health/ready.',
    labels: { dependency: 'any' },
    read: () =>
      Object.entries(readiness()).map(([dependency, why]) => ({
        labels: { dependency },
        value: why === undefined ? 1 : 0,
      })),
  });
}

/** Health of a service without HTTP of its own: readiness among its metrics, and the server unless its port is 0. */
export async function tellHealth(
  { HEALTH_PORT: port, HEALTH_HOST: host }: { readonly HEALTH_PORT: number; readonly HEALTH_HOST: string },
  about: { readonly metrics: Metrics; readonly readiness: Readiness },
): Promise<{ readonly stop: Stop }> {
  addReadiness(about.metrics, about.readiness);
  return port > 0 ? startHealthServer({ port, host, ...about }) : { stop: async () => undefined };
}

/**
 * GET /health/live answers as long as the process turns its event loop; GET /health/ready names each dependency, and
 * answers 503, with the reason, while one cannot be used. GET /metrics is for Prometheus.
 */
export async function startHealthServer(options: {
  port: number;
  host: string;
  readiness: Readiness;
  metrics?: MetricsPage;
}): Promise<{ port: number; stop: Stop }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/health/live') return answer(200, { status: 'ok' });
    if (request.url === '/health/ready') {
      const { status, body } = readinessAnswer(options.readiness);
      return answer(status, body);
    }
    if (request.url === '/metrics' && options.metrics) {
      const { metrics } = options;
      return metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => answer(500, { status: 'the metrics could not be read', detail: String(error) }),
      );
    }
    return answer(404, { status: 'not found' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
