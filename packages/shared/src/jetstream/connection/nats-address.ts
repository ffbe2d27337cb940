/** The addresses of the brokers, and user and password there. */
export interface NatsAddress {
  /** `host:port` each. */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  /** An address began with `tls://`. */
  readonly needsTls?: true;
}

/**
 * Reads `nats://user:password@host:port`, several with commas between; the credentials count for all of them.
 * The client takes no credentials from an address. It would drop them without a word.
 */
export function parseNatsAddress(address: string): NatsAddress {
  const urls = address.split(',').map((each) => {
    const text = each.trim();
    return new URL(text.includes('://') ? text : `nats://${text}`);
  });
  const servers = urls.map((url) => url.host);
  const tls = urls.some(({ protocol }) => protocol === 'tls:') ? ({ needsTls: true } as const) : {};
  const urlWithUser = urls.find((url) => url.username !== '');
  if (urlWithUser === undefined) return { servers, ...tls };
  return {
    servers,
    ...tls,
    user: decodeURIComponent(urlWithUser.username),
    pass: decodeURIComponent(urlWithUser.password),
  };
}
