import type { FastifyRequest } from 'fastify';

/** Who is behind a request by his own account: the header X-Operator, of which at most 64 characters count. */
export function operatorOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-operator'];
  const name = (Array.isArray(header) ? header[0] : header)
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 64);
  return name ? name.toWellFormed() : undefined;
}
