import type { FastifyRequest } from 'fastify';
import { hasCookie } from '../access/logins/open-login.ts';
import { wayBack } from '../http/way-back.ts';
import { type Html, html } from './html.ts';

/** Whether a link on another site led here: browsers then keep a Strict cookie back, so it is not known yet who comes. */
export function comesFromElsewhere(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] === 'cross-site' && !hasCookie(request);
}

/** A page that loads the same address once more: asked for by a page of ours, browsers send their cookies. */
export function reloadPage({ url }: Pick<FastifyRequest, 'url'>): Html {
  const path = url.slice(1);
  const itself = wayBack(path) + path;
  return html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${itself}"><title>Holdfast</title><a href="${itself}">Holdfast</a>`;
}
