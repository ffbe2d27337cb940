import type { FastifyRequest } from 'fastify';

/** Who sends a command: the header X-Operator (at most 64 characters count), else the API itself. */
export function operatorOf(request: FastifyRequest): string {
  const header = request.headers['x-operator'];
  const name = (Array.isArray(header) ? header[0] : header)
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 64);
  return name ? name.toWellFormed() : 'api';
}
