import type { FastifyReply } from 'fastify';

/** The client has left: no answer can reach it any more. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';

  constructor() {
    super('the client went away before it was answered');
  }
}

/**
 * A signal that aborts, with the reason `ClientGone`, when the client leaves before it has its answer: further queries
 * for it would be wasted. The request's own `close` does not show that. It comes when a request has arrived.
 */
export function clientGone({ raw: response }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const aborting = new AbortController();
  const leave = () => aborting.abort(new ClientGone());
  if (response.destroyed) leave();
  response.once('close', () => {
    if (!response.writableFinished) leave();
  });
  return aborting.signal;
}
