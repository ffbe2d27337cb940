import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether somebody on this machine sent the request by himself. A proxy here passes on what others send, and a web
 * page can make a browser here send something: their headers tell.
 */
export function isFromLoopback(address: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (address === undefined || !isLoopbackAddress(address)) return false;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  // A foreign name that leads here is how web pages get around the same-origin policy (DNS rebinding).
  if (!isLoopbackUrl(`http://${headers.host}`)) return false;
  return headers.origin === undefined || isLoopbackUrl(headers.origin);
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
