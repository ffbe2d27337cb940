import type { FastifyRequest } from 'fastify';
import { hasCookie } from '../access/logins/open-login.ts';
import { type Html, html } from './html.ts';

/** A path of this API and of no other site, whatever was given. */
export function pathHere(to: string | undefined): string | undefined {
  const here = 'http://here.invalid';
  if (!to?.startsWith('/') || !URL.canParse(to, here)) return undefined;
  const { origin, pathname, search, hash } = new URL(to, here);
  // Browsers take // and /\ for the beginning of another host.
  return origin === here && !/^\/[/\\]/.test(pathname) ? pathname + search + hash : undefined;
}

/** Whether a link elsewhere led here: browsers keep a Strict cookie back then, and nobody knows yet who comes. */
export function comesFromElsewhere(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] === 'cross-site' && !hasCookie(request);
}

/** The same page once more, asked for by one of ours, to which browsers send their cookies. */
export function reloadPage({ url }: Pick<FastifyRequest, 'url'>): Html {
  return html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><title>Holdfast</title><a href="${url}">Holdfast</a>`;
}
