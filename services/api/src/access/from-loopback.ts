import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a request that show whether a program on this machine sent it itself. */
export interface RequestOrigin {
  readonly address: string | undefined;
  readonly protocol: 'http' | 'https';
  readonly headers: IncomingHttpHeaders;
}

/**
 * Who sent a request: a program on this machine itself, a web page from elsewhere that a browser on this machine shows,
 * or another machine. A proxy on this machine passes on what others send; its headers show that.
 */
export function senderOf({
  address,
  protocol,
  headers,
}: RequestOrigin): 'this_machine' | 'web_page' | 'elsewhere' {
  if (address === undefined || !isLoopbackAddress(address)) return 'elsewhere';
  if (isPassedOn(headers)) return 'elsewhere';
  // A foreign name that leads here is how web pages get around the same-origin policy (DNS rebinding).
  const own = loopbackUrl(`${protocol}://${headers.host}`);
  if (own === undefined) return 'elsewhere';
  return isAskedByItself(own, headers) ? 'this_machine' : 'web_page';
}

/** If a page asks, browsers say which by both headers; a request that was typed in has neither, or `none`. */
function isAskedByItself(own: URL, { origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  // A page of another program on this machine has another port. All names of this machine are one.
  const page = loopbackUrl(origin);
  return page !== undefined && page.protocol === own.protocol && page.port === own.port;
}

/** Whether a proxy says that it passes the request on. */
export function isPassedOn({ 'x-forwarded-for': chain, forwarded }: IncomingHttpHeaders): boolean {
  return chain !== undefined || forwarded !== undefined;
}

export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function loopbackUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { hostname } = url;
  const isLoopback =
    hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return isLoopback ? url : undefined;
}
