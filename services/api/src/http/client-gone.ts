import type { FastifyReply } from 'fastify';

/** Nobody is there any more to be answered. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';

  constructor() {
    super('the client went away before it was answered');
  }
}

/**
 * Aborted, for the reason `ClientGone`, when the client leaves before it has its answer: what is still asked for it is
 * asked for nobody. The request's own `close` does not tell that: it comes when a request has arrived.
 */
export function clientGone({ raw: response }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort(new ClientGone());
  if (response.destroyed) leave();
  response.once('close', () => {
    if (!response.writableFinished) leave();
  });
  return gone.signal;
}
