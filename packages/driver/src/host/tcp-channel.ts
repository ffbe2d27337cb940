import { type LookupAddress, lookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Text } from '@holdfast/texts/text.ts';
import { TextError } from '@holdfast/texts/text-error.ts';
import { type Channel, type ChannelEvents, errorText } from '../channel.ts';
import type { DialOptions } from '../link.ts';
import { driverText } from '../texts.ts';
import { tlsFailure } from './tls-problem.ts';

/** How long a device may take to close its side. */
const closePatienceMs = 500;
/** More than the largest frame in either framing of Modbus. */
const usualReceiveBytes = 512;

/** Why nothing may be asked at this address, in words, or undefined if it may. */
export type AddressRefusal = (ip: string, port: number) => Text | undefined;

export interface TcpChannelOptions extends DialOptions {
  /** Asked about the very address to which the connection is made, whatever the host's name means at another time. */
  readonly refusal?: AddressRefusal | undefined;
  /** Asked right before bytes leave. When false they do not leave, and the connection ends. */
  readonly mayWrite?: (() => boolean) | undefined;
}

export class TcpChannel implements Channel {
  readonly #socket: Socket | undefined;
  readonly #mayWrite: () => boolean;
  #events: ChannelEvents | undefined;

  constructor(options: TcpChannelOptions, events: ChannelEvents) {
    this.#events = events;
    const { host, port, receiveBytes = usualReceiveBytes, refusal, tls, mayWrite = () => true } = options;
    this.#mayWrite = mayWrite;
    // An address is not looked up, so the lookup below would not see it.
    const refused = isIP(host) === 0 ? undefined : refusal?.(host, port);
    if (refused !== undefined) {
      process.nextTick(() => this.#fail(refused, undefined));
      return;
    }
    const to = {
      ...{ host, port, noDelay: true, keepAlive: true },
      ...(refusal ? { lookup: allowedOnly(refusal, port) } : {}),
    };
    const socket = tls ? this.#secure(to, tls) : this.#plain(to, receiveBytes);
    this.#socket = socket;
    let isOpen = false;
    const tlsWords = (error: { readonly code?: string | undefined }) =>
      tls && tlsFailure(error, { isOpen, hasCertificate: tls.cert !== undefined });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#fail(tlsWords(error) ?? errorText(error), error),
    );
    socket.on('end', () =>
      this.#fail(
        (isOpen ? undefined : tlsWords({ code: 'ECONNRESET' })) ?? driverText('device_closed_the_connection'),
        undefined,
      ),
    );
    socket.on('close', () => this.#fail(driverText('connection_closed'), undefined));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      isOpen = true;
      const why = refusal?.(socket.remoteAddress ?? '', port);
      if (why === undefined) this.#events?.onOpen();
      else this.#fail(why, undefined);
    });
    // Without this, the end of the connection is not reported.
    socket.resume();
  }

  write(bytes: Buffer): void {
    if (this.#mayWrite()) {
      this.#socket?.write(bytes);
      return;
    }
    this.#socket?.destroy();
    process.nextTick(() => this.#fail(driverText('right_to_use_the_device_ended'), undefined));
  }

  close(gently: boolean, onGone: () => void): void {
    this.#events = undefined;
    const socket = this.#socket;
    // Bytes that have not left yet must not leave any more.
    const canWait =
      gently && socket && !socket.connecting && !socket.destroyed && socket.writableLength === 0;
    if (!canWait) {
      socket?.destroy();
      onGone();
      return;
    }
    const patience = setTimeout(() => socket.destroy(), closePatienceMs);
    socket.once('close', () => {
      clearTimeout(patience);
      onGone();
    });
    socket.end();
  }

  #plain(to: TcpNetConnectOpts, receiveBytes: number): Socket {
    const buffer = Buffer.allocUnsafeSlow(receiveBytes);
    // One buffer for good, bypassing the stream: it saves two allocations and an event for each reply.
    const callback = (count: number) => {
      this.#events?.onBytes(buffer, count);
      return true;
    };
    return connect({ ...to, onread: { buffer, callback } });
  }

  #secure(to: TcpNetConnectOpts, { ca, cert, key, servername }: NonNullable<DialOptions['tls']>): Socket {
    const serverName = servername ?? (isIP(to.host ?? '') === 0 ? to.host : undefined);
    const socket = connectTls({
      ...to,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    socket.on('data', (bytes: Buffer) => this.#events?.onBytes(bytes, bytes.length));
    return socket;
  }

  #fail(reason: Text, cause: unknown): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onFailure(reason, cause);
  }
}

function allowedOnly(refusal: AddressRefusal, port: number): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) {
        callback(error, []);
        return;
      }
      const allowed = addresses.filter(({ address }) => refusal(address, port) === undefined);
      const [first] = allowed;
      if (!first) {
        const why = refusal(addresses[0]?.address ?? '', port) ?? driverText('no_address');
        callback(new TextError(driverText('of_host', { host, why })), []);
      } else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
