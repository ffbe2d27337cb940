import { type Channel, type ChannelEvents, errorText, type OpenChannel } from '@holdfast/driver/channel.ts';
import { driverText } from '@holdfast/driver/texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { RawBlock, ReadRequest, WriteRequest } from '../layout/requests.ts';
import { modbusText } from '../texts.ts';
import type { DeviceBus } from './device-bus.ts';
import { exceptionInWords } from './exception-in-words.ts';
import type { Framing, OutgoingFrame } from './framing.ts';
import { handOnTogether } from './hand-on-together.ts';
import type { Steps } from './late-answers.ts';
import { ReadFailure } from './read-failure.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { ReplyCopies } from './reply-copies.ts';
import { decodeRead, exceptionFlag } from './reply-pdu.ts';
import { type BusRequest, isWrite } from './request-pdu.ts';
import type { RtuLine } from './rtu-line.ts';

/**
 * The request itself follows a marker at once only if the marker took no more than this share of the timeout. A slower
 * device is asked in its next tick, with all of the timeout: in the time that is left it would be late again, for ever.
 */
const markerShare = 0.25;

export interface ModbusBusOptions {
  readonly open: OpenChannel;
  readonly framing: Framing;
  /** The line of RTU frames, serial or over TCP. */
  readonly line?: RtuLine | undefined;
  /** Whether the channel stays open after a failure, as a serial line does. It has no state that reopening would clear. */
  readonly keepsOpen: boolean;
  /**
   * Called right before a request's bytes leave, because connecting may have taken long, or the process may have
   * been stopped while it connected. False: nothing is sent, the connection is closed, the request fails.
   */
  readonly mayRequest?: (() => boolean) | undefined;
}

interface Exchange {
  readonly request: BusRequest;
  readonly deadlineMs: number;
  readonly deadline: NodeJS.Timeout;
  /** Called with the place in the received bytes where the reply's protocol data unit begins. */
  readonly onReply: (pduAt: number) => void;
  readonly reject: (failure: ReadFailure) => void;
  /** On a line of RTU frames, the frames for this request; known when the first of them can leave. */
  steps: Steps | undefined;
  step: number;
  /** The frame of the step under way, once it went out. */
  frame: OutgoingFrame | undefined;
  sentAtMs: number;
  /** The reply, while the marker after it is asked. */
  kept: Buffer | undefined;
  /** How the kept connection ended over which the request was sent first. */
  ended: Text | undefined;
}

/** The request or marker that is asked just now. */
function askedNow({ request, steps, step }: Exchange): BusRequest {
  return steps?.[step] ?? request;
}

/**
 * Modbus over one channel, a request at a time. It connects when it has to. It repeats one request by itself, once and within its
 * deadline: a read over Modbus TCP whose kept connection ended before a byte of the answer came, as it does with devices that
 * close it after each answer or when it is idle.
 *
 * Written as steps from event to event, without a promise but the caller's: a request costs little more than its two
 * system calls.
 */
export class ModbusBus implements DeviceBus {
  readonly #options: ModbusBusOptions;
  readonly #received = new ReceiveBuffer();
  #exchange: Exchange | undefined;
  #channel: Channel | undefined;
  #isOpen = false;
  /** Whether a request was answered over the open channel. */
  #isKept = false;
  /** Copies of frames with a transaction id. */
  readonly #copies: ReplyCopies | undefined;
  /** Until when an open channel must be left alone, before its first request. */
  #pausedUntilMs = 0;
  #closesGently = false;
  /** The previous channel is not closed yet, so the next one cannot be opened. */
  #isClosing = false;
  #nextStep: NodeJS.Timeout | undefined;

  constructor(options: ModbusBusOptions) {
    this.#options = options;
    this.#copies = options.line ? undefined : new ReplyCopies();
  }

  read(request: ReadRequest): Promise<RawBlock> {
    return new Promise((resolve, reject) => {
      const onReply = (pduAt: number) =>
        handOnTogether(resolve, decodeRead(request, this.#received.bytes, pduAt + 2));
      this.#begin(request, onReply, reject);
    });
  }

  write(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin(request, () => resolve(), reject);
    });
  }

  disconnect(): void {
    this.#fail('connection', driverText('disconnected_by_the_collector'), 'may be answered');
    this.#drop();
  }

  #begin(request: BusRequest, onReply: Exchange['onReply'], reject: Exchange['reject']): void {
    if (this.#exchange) {
      const reason = driverText('request_in_flight');
      reject(new ReadFailure('connection', reason, { wasSent: false }));
      return;
    }
    this.#exchange = {
      request,
      deadlineMs: performance.now() + request.timeoutMs,
      deadline: setTimeout(ModbusBus.#onDeadline, request.timeoutMs, this),
      onReply,
      reject,
      steps: undefined,
      step: 0,
      frame: undefined,
      sentAtMs: 0,
      kept: undefined,
      ended: undefined,
    };
    this.#advance();
  }

  /** Takes the request as far as is possible now; whatever it then waits for calls this again. */
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
        this.#fail('connection', errorText(error), 'is over', error);
        return;
      }
    }
    if (!this.#isOpen) return;
    const nowMs = performance.now();
    if (nowMs > exchange.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    const { line } = this.#options;
    const lateAnswerMs = exchange.steps ? 0 : (line?.lateAnswerWaitMs(request, nowMs) ?? 0);
    // Other units share the line. It is not kept idle for a request that would hardly have time for its reply.
    if (lateAnswerMs > request.timeoutMs / 2) {
      this.#holdBack(modbusText('late_answer_may_come', { ms: Math.ceil(lateAnswerMs) }), false);
      return;
    }
    const waitMs = Math.max(lateAnswerMs, line?.silenceWaitMs(nowMs) ?? 0, this.#pausedUntilMs - nowMs);
    if (waitMs > 0) {
      this.#nextStep = setTimeout(ModbusBus.#onNextStep, Math.ceil(waitMs), this);
      return;
    }
    exchange.steps ??= line?.stepsFor(request, nowMs);
    this.#send(exchange, nowMs);
  }

  /** Fails the request without closing the channel. Nothing is wrong with the device. */
  #holdBack(reason: Text, wasSent: boolean): void {
    this.#settle('kept')?.reject(new ReadFailure('timeout', reason, { wasSent, isHeldBack: true }));
  }

  #send(exchange: Exchange, nowMs: number): void {
    let frame: OutgoingFrame;
    try {
      frame = this.#options.framing.frame(askedNow(exchange));
    } catch (error) {
      const failure = new ReadFailure('connection', errorText(error), { cause: error, wasSent: false });
      this.#settle('kept')?.reject(failure);
      return;
    }
    if (this.#options.mayRequest?.() === false) {
      this.#fail('connection', driverText('right_to_use_the_device_ended'));
      this.#drop();
      return;
    }
    this.#pausedUntilMs = 0;
    this.#received.count = 0;
    exchange.frame = frame;
    exchange.sentAtMs = nowMs;
    this.#options.line?.requestLeaves(frame.bytes);
    this.#channel?.write(frame.bytes);
    exchange.request.onBytes?.('sent', frame.bytes);
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
        if (this.#asksAgain(reason)) return;
        this.#fail('connection', reason, 'may be answered', cause);
        this.#drop();
      },
    };
  }

  /** Repeats a request over a new connection after the old one ended, where it may be repeated. @returns whether it does */
  #asksAgain(reason: Text): boolean {
    const exchange = this.#exchange;
    if (!exchange || !this.#isKept || exchange.ended !== undefined) return false;
    const { request, frame } = exchange;
    // Without a transaction id, the answer to the first request could not be distinguished from the answer to the
    // second.
    if (isWrite(request) || this.#options.line || (frame && this.#received.count > 0)) return false;
    exchange.ended = reason;
    exchange.frame = undefined;
    this.#drop();
    return true;
  }

  #onBytes(bytes: Uint8Array, count: number): void {
    const { framing, line } = this.#options;
    line?.byteSeen(performance.now());
    const exchange = this.#exchange;
    if (!exchange?.frame) {
      if (this.#copies?.take(bytes, count)) return;
      line?.outOfStep();
      line?.hear(bytes, count);
      if (framing.forgivesNoise) return;
      // A late second reply, or noise: either way what follows cannot be trusted.
      this.#fail('connection', driverText('unrequested_data'));
      this.#drop();
      return;
    }
    const received = this.#received;
    exchange.request.onBytes?.('received', bytes.subarray(0, count));
    received.append(bytes, count);
    if (this.#copies) received.dropFront(this.#copies.takeFront(received.bytes, received.count));
    const requestNow = askedNow(exchange);
    const verdict = framing.judge(received.bytes, received.count, requestNow, exchange.frame);
    if (verdict.kind === 'incomplete') return;
    if (verdict.kind === 'fault') {
      line?.outOfStep();
      const request = verdict.mayFollow ? 'may be answered' : 'is over';
      this.#fail('connection', driverText('malformed_reply', { why: verdict.reason }), request);
      return;
    }
    // A process that was stopped and continued sees the reply before its timers run: a late reply does not show
    // the device's present state.
    const nowMs = performance.now();
    if (nowMs > exchange.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    this.#isKept = true;
    this.#copies?.replied(received.bytes, verdict.end ?? received.count, received.count);
    const functionCode = received.bytes[verdict.pduAt] ?? 0;
    const isException = (functionCode & exceptionFlag) !== 0;
    if (line) {
      // The bytes before the reply and its unit id.
      if (verdict.pduAt > 1) line.hear(received.bytes, verdict.pduAt - 1);
      line.answered(requestNow, isException, nowMs, requestNow !== exchange.request);
      if (this.#goesOn(exchange, verdict.pduAt, isException, nowMs)) return;
    }
    this.#settle('kept');
    if (exchange.kept) {
      // The answer to the marker after it, an exception too, is of no interest.
      received.bytes.set(exchange.kept, 0);
      exchange.onReply(0);
      return;
    }
    if (!isException) {
      exchange.onReply(verdict.pduAt);
      return;
    }
    const exceptionCode = received.bytes[verdict.pduAt + 1] ?? 0;
    exchange.reject(new ReadFailure('exception', exceptionInWords(exceptionCode), { exceptionCode }));
  }

  /** Takes the next of several steps after an answer. @returns false when it was the last one, and all is well */
  #goesOn(exchange: Exchange, pduAt: number, isException: boolean, nowMs: number): boolean {
    const { line } = this.#options;
    const { request, steps, step, sentAtMs, deadlineMs } = exchange;
    if (!line || !steps || steps.length === 1) return false;
    const isOfRequest = askedNow(exchange) === request;
    if (step === steps.length - 1 && line.hasSecondAnswer) {
      line.outOfStep();
      this.#fail('connection', modbusText('answered_twice'));
      return true;
    }
    if (step === steps.length - 1 || (isOfRequest && isException)) return false;
    exchange.frame = undefined;
    const tookMs = nowMs - sentAtMs;
    if (isOfRequest) {
      if (deadlineMs - nowMs < tookMs) {
        this.#holdBack(modbusText('answer_may_be_late'), true);
        return true;
      }
      exchange.kept = Buffer.from(this.#received.bytes.subarray(pduAt, this.#received.count));
      line.watch(request);
    } else if (tookMs > request.timeoutMs * markerShare) {
      this.#holdBack(modbusText('no_time_left_on_quiet_line'), true);
      return true;
    }
    exchange.step += 1;
    // A refusal proves little: the next steps are worked out again.
    if (isException) exchange.steps = undefined;
    if (isException) exchange.step = 0;
    this.#pausedUntilMs = nowMs + (request.requestPauseMs ?? 0);
    this.#advance();
    return true;
  }

  static #onDeadline(bus: ModbusBus): void {
    bus.#deadlinePassed();
  }

  #deadlinePassed(): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    const { timeoutMs } = exchange.request;
    if (!exchange.frame) {
      this.#fail('timeout', this.#notReady(exchange.ended, timeoutMs));
      return;
    }
    const { bytes, count } = this.#received;
    this.#options.line?.hear(bytes, count);
    const first = bytes.subarray(0, Math.min(count, 16)).toString('hex');
    const reason =
      count === 0
        ? driverText('no_answer_within', { ms: timeoutMs })
        : driverText('incomplete_answer', { ms: timeoutMs, count, bytes: first });
    this.#fail('timeout', reason, 'may be answered');
  }

  /** @param why how the connection ended before */
  #notReady(why: Text | undefined, ms: number): Text {
    if (why === undefined)
      return driverText(this.#isOpen ? 'line_not_quiet_within' : 'not_connected_within', { ms });
    return modbusText(this.#isOpen ? 'no_quiet_new_connection_within' : 'no_new_connection_within', {
      why,
      ms,
    });
  }

  static #onNextStep(bus: ModbusBus): void {
    bus.#nextStep = undefined;
    bus.#advance();
  }

  #fail(
    missCause: 'timeout' | 'connection',
    reason: Text,
    request: 'may be answered' | 'is over' = 'is over',
    cause?: unknown,
  ): void {
    const exchange = this.#settle('broken');
    if (!exchange) return;
    const isUnderWay = exchange.frame !== undefined;
    const wasSent = isUnderWay || exchange.step > 0;
    if (isUnderWay && request === 'may be answered') {
      this.#options.line?.mayAnswerLate(askedNow(exchange), performance.now());
    }
    exchange.reject(new ReadFailure(missCause, reason, { cause, wasSent }));
  }

  /** Ends the exchange: whatever happens next belongs to another request. */
  #settle(channelIs: 'kept' | 'broken'): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange?.kept) this.#options.line?.watch(undefined);
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
    this.#isKept = false;
    this.#copies?.forget();
    this.#pausedUntilMs = 0;
    this.#isClosing = true;
    channel.close(this.#closesGently, () => {
      this.#isClosing = false;
      this.#advance();
    });
  }
}
