import { isIP } from 'node:net';

/** `name:port`. An address in place of the name needs no answer, and a serial line has another form. */
const namedEndpoint = /^([^\s/[\]:@]{1,253}):\d{1,5}$/;

export function isNamedEndpoint(endpoint: string): boolean {
  const [, host = ''] = namedEndpoint.exec(endpoint) ?? [];
  return host !== '' && isIP(host) === 0;
}

/** Addresses of a named endpoint that count: those with its own port, since a collector has no say about others. */
export function ownAddresses(endpoint: string, addresses: readonly string[]): readonly string[] {
  const port = endpoint.slice(endpoint.lastIndexOf(':'));
  const isOwn = (address: string) =>
    address.endsWith(port) && isIP(address.slice(0, -port.length).replace(/^\[|\]$/g, '')) !== 0;
  return addresses.filter(isOwn);
}
