import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { fastify } from 'fastify';

/**
 * The headers that helmet sets, as one answer of an app with nothing else has them. They are the same for every answer;
 * asked anew for each, as its plugin does, they take a tenth of the time of a command.
 */
export async function securityHeaders(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  const probe = fastify();
  await probe.register(helmet, options);
  let headers: Record<string, string> = {};
  probe.get('/', async (_request, reply) => {
    const set = Object.entries(reply.raw.getHeaders()).map(([name, value]) => [name, String(value)]);
    headers = Object.fromEntries(set);
    return '';
  });
  await probe.inject('/');
  await probe.close();
  return headers;
}
