import { quoted, type Text } from '@holdfast/texts/text.ts';
import { TextError } from '@holdfast/texts/text-error.ts';
import { driverText } from './texts.ts';

/** The events of a connection. None comes after `close` was called, and none before the opening call returns. */
export interface ChannelEvents {
  /** The channel can now be written to. */
  onOpen(): void;
  /** The first `count` bytes of `bytes` have come. The rest, and after the call all of it, belongs to another owner. */
  onBytes(bytes: Uint8Array, count: number): void;
  /** The channel could not be opened, or has ended. Comes once; `close` must still be called. */
  onFailure(reason: Text, cause: unknown): void;
}

/** A TCP connection or an open serial line. */
export interface Channel {
  /** Allowed once the channel is open. The channel takes over the bytes. */
  write(bytes: Buffer): void;
  /**
   * Ends the channel at once, as far as this side is concerned. Idempotent.
   * @param gently waits a moment for the other side to close too
   * @param onGone called once the same endpoint can be opened again, perhaps before `close` returns
   */
  close(gently: boolean, onGone: () => void): void;
}

export type OpenChannel = (events: ChannelEvents) => Channel;

/** What the operating system, or a library, says about a connection: in words of ours where there are some. */
export function errorText(error: unknown): Text {
  if (!(error instanceof Error)) return quoted(String(error));
  if (error instanceof TextError) return error.text;
  // A host name with several addresses fails with an AggregateError, whose own message is empty.
  const first: unknown =
    error instanceof AggregateError && error.message === '' ? error.errors[0] : undefined;
  if (first !== undefined) return errorText(first);
  const { code = '', syscall = '', hostname = '', address, port } = error as SystemError;
  const at = port === undefined ? (address ?? '') : `${address}:${port}`;
  return (
    textsOfCodes[code]?.({ call: syscall, host: hostname, address: at }) ??
    quoted(error.message || error.name)
  );
}

type SystemError = NodeJS.ErrnoException & {
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
};

interface Named {
  readonly call: string;
  readonly host: string;
  readonly address: string;
}

const textsOfCodes: Readonly<Record<string, (named: Named) => Text | undefined>> = {
  ECONNREFUSED: ({ address }) => ofAddress('connection_refused', address),
  ETIMEDOUT: ({ call, address }) =>
    ofAddress('connection_timed_out', address) ??
    (call === '' ? undefined : driverText('transfer_timed_out', { call })),
  EHOSTUNREACH: ({ address }) => ofAddress('host_unreachable', address),
  ENETUNREACH: ({ address }) => ofAddress('network_unreachable', address),
  EADDRNOTAVAIL: ({ address }) => ofAddress('address_not_available', address),
  ENOTFOUND: ({ host }) => (host === '' ? undefined : driverText('host_not_found', { host })),
  EAI_AGAIN: ({ host }) => (host === '' ? undefined : driverText('host_lookup_failed', { host })),
  ECONNRESET: ({ call }) => (call === '' ? undefined : driverText('connection_reset', { call })),
  EPIPE: ({ call }) => (call === '' ? undefined : driverText('broken_pipe', { call })),
  DEPTH_ZERO_SELF_SIGNED_CERT: () => driverText('certificate_self_signed'),
  SELF_SIGNED_CERT_IN_CHAIN: () => driverText('certificate_chain_self_signed'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => driverText('certificate_unverified'),
  CERT_HAS_EXPIRED: () => driverText('certificate_expired'),
};

type TextOfAddress =
  | 'connection_refused'
  | 'connection_timed_out'
  | 'host_unreachable'
  | 'network_unreachable'
  | 'address_not_available';

const ofAddress = (code: TextOfAddress, address: string): Text | undefined =>
  address === '' ? undefined : driverText(code, { address });
