import { type Channel, type ChannelEvents, errorText } from '@holdfast/driver/channel.ts';
import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { SerialPort } from 'serialport';
import type { SerialLine } from '../layout/connection.ts';
import { modbusText } from '../texts.ts';

/** 8 data bits, no flow control, and the line for this process alone. */
export class SerialChannel implements Channel {
  #port: SerialPort | undefined;
  #events: ChannelEvents | undefined;
  /** Set when the port is to be closed as soon as it is open: an opening cannot be called off. */
  #closeOnceOpen: (() => void) | undefined;
  #isOpening = true;

  /** @param refusal why this path must not be opened, in words, or undefined if it may */
  constructor(line: SerialLine, events: ChannelEvents, refusal?: Text) {
    this.#events = events;
    if (refusal === undefined) void this.#open(line);
    else process.nextTick(() => this.#opened(new DriverFailure('connection', refusal)));
  }

  write(bytes: Buffer): void {
    this.#port?.write(bytes);
  }

  close(_gently: boolean, onGone: () => void): void {
    this.#events = undefined;
    if (this.#isOpening) this.#closeOnceOpen = onGone;
    else this.#closePort(onGone);
  }

  async #open({ path, baud_rate, parity, stop_bits }: SerialLine): Promise<void> {
    try {
      // Loaded only when needed: many installations have no serial line, and some platforms lack the module.
      const { SerialPort } = await import('serialport');
      const port = new SerialPort({
        path,
        baudRate: baud_rate,
        dataBits: 8,
        parity,
        stopBits: stop_bits,
        lock: true,
        autoOpen: false,
      });
      this.#port = port;
      port.on('error', (error) => this.#fail(errorText(error), error));
      port.on('close', (error: unknown) => this.#fail(modbusText('serial_line_gone'), error));
      port.on('end', () => this.#fail(modbusText('serial_line_gone'), undefined));
      port.on('data', (chunk: Buffer) => this.#events?.onBytes(chunk, chunk.length));
      port.open((error) => this.#opened(error));
    } catch (error) {
      this.#opened(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #opened(error: Error | null): void {
    this.#isOpening = false;
    if (this.#closeOnceOpen) {
      this.#closePort(this.#closeOnceOpen);
      return;
    }
    if (error) {
      this.#fail(errorText(error), error);
      return;
    }
    // Bytes in the system's buffers are older than any request.
    this.#port?.flush((flushError) => {
      if (flushError) this.#fail(errorText(flushError), flushError);
      else this.#events?.onOpen();
    });
  }

  #closePort(onGone: () => void): void {
    if (this.#port?.isOpen) this.#port.close(() => onGone());
    else onGone();
  }

  #fail(reason: Text, cause: unknown): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onFailure(reason, cause);
  }
}
