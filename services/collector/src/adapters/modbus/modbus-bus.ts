import {
  type DeviceBus,
  type RawBlock,
  ReadFailure,
  type ReadRequest,
  type WriteRequest,
} from '../../ports.ts';
import { type Channel, type ChannelEvents, inWords, type OpenChannel } from './channel.ts';
import { exceptionInWords } from './exception-in-words.ts';
import type { Framing, OutgoingFrame } from './framing.ts';
import { handOnTogether } from './hand-on-together.ts';
import { decodeRead, exceptionFlag } from './reply-pdu.ts';
import type { BusRequest } from './request-pdu.ts';
import type { RtuLine } from './rtu-line.ts';

/** Larger than any frame by what may lie before it on a serial line. */
const receiveBytes = 512;
const largestFrameBytes = 260;

export interface ModbusBusOptions {
  readonly open: OpenChannel;
  readonly framing: Framing;
  /** Of RTU frames, serial or over TCP. */
  readonly line?: RtuLine | undefined;
  /** A serial line stays open after a failure: it has no state that a new opening would clear. */
  readonly keepsOpen: boolean;
  /**
   * Asked right before a request's bytes leave, because connecting may have taken long, or the process may have
   * been stopped while it connected. False: nothing is sent, the connection is closed, the request fails.
   */
  readonly mayRequest?: (() => boolean) | undefined;
}

interface Exchange {
  readonly request: BusRequest;
  readonly deadlineMs: number;
  readonly deadline: NodeJS.Timeout;
  /** Called with where the reply's protocol data unit begins in what was received. */
  readonly onReply: (pduAt: number) => void;
  readonly reject: (failure: ReadFailure) => void;
  /** Once it went out. */
  frame: OutgoingFrame | undefined;
}

/**
 * Modbus over one channel, a request at a time. It connects when it has to, and never repeats a request by itself, not
 * even when the device has closed an idle connection: each request needs the caller's say-so, who may no longer own the device.
 *
 * Written as steps from event to event, without a promise but the caller's: a request costs little more than its two
 * system calls.
 */
export class ModbusBus implements DeviceBus {
  readonly #options: ModbusBusOptions;
  readonly #received = Buffer.allocUnsafeSlow(receiveBytes);
  #receivedBytes = 0;
  #exchange: Exchange | undefined;
  #channel: Channel | undefined;
  #isOpen = false;
  /** Of an open channel, before its first request: until when it must be left alone. */
  #pausedUntilMs = 0;
  #closesGently = false;
  /** The channel before is not closed yet, and the next one cannot be opened. */
  #isClosing = false;
  #nextStep: NodeJS.Timeout | undefined;

  constructor(options: ModbusBusOptions) {
    this.#options = options;
  }

  read(request: ReadRequest): Promise<RawBlock> {
    return new Promise((resolve, reject) => {
      const onReply = (pduAt: number) =>
        handOnTogether(resolve, decodeRead(request, this.#received, pduAt + 2));
      this.#begin(request, onReply, reject);
    });
  }

  write(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin(request, () => resolve(), reject);
    });
  }

  disconnect(): void {
    this.#fail('connection', 'disconnected by the collector', 'may be answered');
    this.#drop();
  }

  #begin(request: BusRequest, onReply: Exchange['onReply'], reject: Exchange['reject']): void {
    if (this.#exchange) {
      const reason = 'another request is in flight on this endpoint';
      reject(new ReadFailure('connection', reason, { wasSent: false }));
      return;
    }
    this.#exchange = {
      request,
      deadlineMs: performance.now() + request.timeoutMs,
      deadline: setTimeout(ModbusBus.#onDeadline, request.timeoutMs, this),
      onReply,
      reject,
      frame: undefined,
    };
    this.#advance();
  }

  /** Goes as far with the request as is possible now; whatever it waits for calls it again. */
  #advance(): void {
    const exchange = this.#exchange;
    if (!exchange || exchange.frame || this.#isClosing) return;
    const { request } = exchange;
    if (!this.#channel) {
      this.#closesGently = request.singleConnection === true;
      try {
        this.#channel = this.#options.open(this.#eventsOf(request));
      } catch (error) {
        // An address that no system takes, such as a host with a NUL in its name.
        this.#fail(
          'connection',
          inWords(error instanceof Error ? error : new Error(String(error))),
          'is over',
          error,
        );
        return;
      }
    }
    if (!this.#isOpen) return;
    const nowMs = performance.now();
    if (nowMs > exchange.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    const lateAnswerMs = this.#options.line?.lateAnswerWaitMs(request, nowMs) ?? 0;
    // Other units share the line: it is not kept idle for a request that will hardly have the time for its reply.
    if (lateAnswerMs > request.timeoutMs / 2) {
      const inMs = Math.ceil(lateAnswerMs);
      this.#settle('kept')?.reject(
        new ReadFailure(
          'timeout',
          `not asked: an answer to an earlier request may come for another ${inMs} ms`,
          {
            wasSent: false,
          },
        ),
      );
      return;
    }
    const waitMs = Math.max(
      lateAnswerMs,
      this.#options.line?.silenceWaitMs(nowMs) ?? 0,
      this.#pausedUntilMs - nowMs,
    );
    if (waitMs > 0) this.#nextStep = setTimeout(ModbusBus.#onNextStep, Math.ceil(waitMs), this);
    else this.#send(exchange);
  }

  #send(exchange: Exchange): void {
    let frame: OutgoingFrame;
    try {
      frame = this.#options.framing.frame(exchange.request);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#settle('kept')?.reject(new ReadFailure('connection', reason, { cause: error, wasSent: false }));
      return;
    }
    if (this.#options.mayRequest?.() === false) {
      this.#fail('connection', 'not sent: the right to use this device has ended');
      this.#drop();
      return;
    }
    this.#pausedUntilMs = 0;
    this.#receivedBytes = 0;
    exchange.frame = frame;
    this.#channel?.write(frame.bytes);
  }

  #eventsOf({ connectPauseMs = 0 }: BusRequest): ChannelEvents {
    return {
      onOpen: () => {
        this.#isOpen = true;
        this.#options.line?.byteSeen(performance.now());
        if (connectPauseMs > 0) this.#pausedUntilMs = performance.now() + connectPauseMs;
        this.#advance();
      },
      onBytes: (bytes, count) => this.#onBytes(bytes, count),
      onFailure: (reason, cause) => {
        this.#fail('connection', reason, 'may be answered', cause);
        this.#drop();
      },
    };
  }

  #onBytes(bytes: Uint8Array, count: number): void {
    const { framing, line } = this.#options;
    line?.byteSeen(performance.now());
    const exchange = this.#exchange;
    if (!exchange?.frame) {
      line?.outOfStep();
      if (framing.forgivesNoise) return;
      // A late second reply, or noise: either way what follows cannot be trusted.
      this.#fail('connection', 'the device sent data that nobody asked for');
      this.#drop();
      return;
    }
    this.#append(bytes, count);
    const verdict = framing.judge(this.#received, this.#receivedBytes, exchange.request, exchange.frame);
    if (verdict.kind === 'incomplete') return;
    if (verdict.kind === 'fault') {
      line?.outOfStep();
      const request = verdict.mayFollow ? 'may be answered' : 'is over';
      this.#fail('connection', `malformed reply: ${verdict.reason}`, request);
      return;
    }
    // A process that was stopped and continued sees the reply before its timers do: a late reply is not the
    // device's state of now.
    if (performance.now() > exchange.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    this.#settle('kept');
    const functionCode = this.#received[verdict.pduAt] ?? 0;
    if ((functionCode & exceptionFlag) === 0) {
      exchange.onReply(verdict.pduAt);
      return;
    }
    const exceptionCode = this.#received[verdict.pduAt + 1] ?? 0;
    exchange.reject(new ReadFailure('exception', exceptionInWords(exceptionCode), { exceptionCode }));
  }

  #append(bytes: Uint8Array, count: number): void {
    const from = Math.max(0, count - receiveBytes);
    const room = receiveBytes - this.#receivedBytes;
    if (count - from > room) {
      // On a noisy line the reply is the last of it; on any other this is a fault whatever is kept.
      const keep = Math.min(this.#receivedBytes, largestFrameBytes, receiveBytes - (count - from));
      this.#received.copyWithin(0, this.#receivedBytes - keep, this.#receivedBytes);
      this.#receivedBytes = keep;
    }
    for (let at = from; at < count; at += 1) this.#received[this.#receivedBytes++] = bytes[at] ?? 0;
  }

  static #onDeadline(bus: ModbusBus): void {
    bus.#deadlinePassed();
  }

  #deadlinePassed(): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    const { timeoutMs } = exchange.request;
    if (!exchange.frame) {
      this.#fail(
        'timeout',
        `${this.#isOpen ? 'the line was not quiet' : 'not connected'} within ${timeoutMs} ms`,
      );
      return;
    }
    const received = this.#received.subarray(0, Math.min(this.#receivedBytes, 16)).toString('hex');
    const what = this.#receivedBytes === 0 ? '' : `; received ${this.#receivedBytes} bytes: ${received}`;
    this.#fail('timeout', `no answer within ${timeoutMs} ms${what}`, 'may be answered');
  }

  static #onNextStep(bus: ModbusBus): void {
    bus.#nextStep = undefined;
    bus.#advance();
  }

  #fail(
    missCause: 'timeout' | 'connection',
    reason: string,
    request: 'may be answered' | 'is over' = 'is over',
    cause?: unknown,
  ): void {
    const exchange = this.#settle('broken');
    if (!exchange) return;
    const wasSent = exchange.frame !== undefined;
    if (wasSent && request === 'may be answered') {
      // As long again as it was given: what comes later than that is not told from the answer to a later request.
      const untilMs = performance.now() + exchange.request.timeoutMs;
      this.#options.line?.mayAnswerLate(exchange.request, untilMs);
    }
    exchange.reject(new ReadFailure(missCause, reason, { cause, wasSent }));
  }

  /** Whatever happens next belongs to another request. */
  #settle(channelIs: 'kept' | 'broken'): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    clearTimeout(exchange?.deadline);
    clearTimeout(this.#nextStep);
    this.#nextStep = undefined;
    if (channelIs === 'broken' && !(this.#options.keepsOpen && this.#isOpen)) this.#drop();
    return exchange;
  }

  #drop(): void {
    const channel = this.#channel;
    if (!channel) return;
    this.#channel = undefined;
    this.#isOpen = false;
    this.#pausedUntilMs = 0;
    this.#isClosing = true;
    channel.close(this.#closesGently, () => {
      this.#isClosing = false;
      this.#advance();
    });
  }
}
