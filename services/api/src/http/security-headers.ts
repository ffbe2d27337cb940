import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { fastify } from 'fastify';

/**
 * The headers that helmet sets, taken from one answer of an otherwise empty app. They are the same for every answer;
 * making them again for each, as its plugin does, takes a tenth of the time of a command.
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
