import type { Fault, Transport } from './fault.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { faultyAnswer } from './faults/faulty-answer.ts';
import type { Framing, RequestFrame } from './framing/framing.ts';
import { mbapFraming } from './framing/mbap-framing.ts';
import { rtuFraming } from './framing/rtu-framing.ts';
import type { Line, Link } from './lines/link.ts';
import type { ConnectionRules } from './lines/tcp-line.ts';
import { type Command, exceptionReply, gatewayTargetFailedToRespond, parseCommand, replyOf } from './pdu.ts';
import type { PlantEndpointConfig } from './plant-config.ts';
import { ReplyQueue } from './reply-queue.ts';
import { type Unit, unitOf } from './unit.ts';

const broadcast = 0;

export type OnCommand = (unitCode: string, link: Link, request: RequestFrame, command: Command) => void;

/** An endpoint and the units behind it: takes requests from whatever line, answers them, lets faults have their way. */
export class Endpoint {
  readonly config: PlantEndpointConfig;
  readonly transport: Transport;
  readonly units: readonly Unit[];
  readonly faults: FaultBoard;
  /** Set once it is open. */
  line: Line | undefined;
  readonly #byUnitId: ReadonlyMap<number, Unit>;
  readonly #onCommand: OnCommand | undefined;
  readonly #framing: Framing;
  /** Replies of the line behind the endpoint, or of the serial line. */
  readonly #replies = new ReplyQueue();
  #listenerTimer: NodeJS.Timeout | undefined;

  constructor(config: PlantEndpointConfig, startedAtMs: number, onCommand: OnCommand | undefined) {
    this.config = config;
    this.transport = config.transport;
    this.units = config.units.map((unit) => unitOf(unit, startedAtMs));
    this.faults = new FaultBoard(config.name, config.faults ?? [], startedAtMs);
    this.#byUnitId = new Map(this.units.map((unit) => [unit.unitId, unit]));
    if (this.#byUnitId.size < this.units.length) throw new Error(`${config.name} has a unit id twice`);
    this.#onCommand = onCommand;
    this.#framing = this.newFraming();
  }

  newFraming(): Framing {
    return this.transport === 'tcp' ? mbapFraming() : rtuFraming();
  }

  readonly onRequest = (link: Link, request: RequestFrame): void => {
    const nowMs = Date.now();
    const unit = this.#byUnitId.get(request.unitId);
    const command = parseCommand(request.pdu);
    this.#onCommand?.(unit?.code ?? this.units[0]?.code ?? '', link, request, command);
    if (link.held) {
      link.send(link.held);
      link.held = undefined;
    }
    if (!unit && request.unitId === broadcast && this.transport !== 'tcp') {
      // Everybody does it and nobody answers.
      for (const each of this.units) replyOf(command, each.memory, each.limits, each.identity, nowMs);
      return;
    }
    const fault = unit?.faults.hitting(nowMs) ?? this.faults.hitting(nowMs);
    if (!unit || fault?.kind === 'silence') {
      this.#nobodyAnswers(link, request, command, nowMs, unit !== undefined);
      return;
    }
    const reply = replyOf(command, unit.memory, unit.limits, unit.identity, nowMs);
    if (fault === undefined) {
      this.#send(link, request, this.#framing.wrap(request, request.unitId, reply), unit.latencyMs(), nowMs);
      return;
    }
    const answer = faultyAnswer(fault, request, reply, this.#framing);
    switch (answer.kind) {
      case 'bytes':
        this.#send(link, request, answer.bytes, unit.latencyMs() + answer.delayMs, nowMs);
        return;
      case 'repeated':
        this.#send(link, request, answer.bytes, unit.latencyMs(), nowMs);
        link.sendAfter(answer.bytes, unit.latencyMs() + answer.againAfterMs);
        return;
      case 'held':
        link.held = answer.bytes;
        return;
      case 'detached':
        // Beside the line's order: what makes it late is that others are answered in the meantime.
        link.sendAfter(answer.bytes, answer.delayMs);
        return;
      case 'reset':
        link.reset();
        return;
      case 'dead':
        link.deaden();
        return;
      default:
        answer satisfies never;
    }
  };

  /** To be called at the start and whenever a fault was set or cleared; follows what is planned by itself. */
  async listenerFaultsChanged(): Promise<void> {
    clearTimeout(this.#listenerTimer);
    const nowMs = Date.now();
    const next = Math.min(...this.#boards().map((board) => board.nextListenerChangeMs(nowMs)));
    if (Number.isFinite(next)) {
      const longestTimerMs = 2 ** 31 - 1;
      const inMs = Math.min(Math.max(next - nowMs, 1), longestTimerMs);
      this.#listenerTimer = setTimeout(() => void this.listenerFaultsChanged().catch(() => {}), inMs);
    }
    await this.line?.connectionRulesChanged();
  }

  connectionRules(): ConnectionRules {
    const nowMs = Date.now();
    const faults = this.#boards().map((board) => board.ofListener(nowMs));
    const single = faults.find((fault) => fault?.kind === 'single_connection') as
      | Extract<Fault, { kind: 'single_connection' }>
      | undefined;
    const { config } = this;
    const own = config.transport === 'serial' ? undefined : config;
    return {
      isRefusing: faults.some((fault) => fault?.kind === 'refuse_connections'),
      maxConnections: single ? 1 : own?.maxConnections,
      others: single?.others ?? own?.otherConnections ?? 'close',
    };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#listenerTimer);
    this.#replies.stop();
    await this.line?.stop();
  }

  #boards(): FaultBoard[] {
    return [this.faults, ...this.units.map((unit) => unit.faults)];
  }

  #nobodyAnswers(link: Link, request: RequestFrame, command: Command, nowMs: number, isThere: boolean): void {
    const { unitTimeoutMs, unknownUnit = this.transport === 'tcp' ? 'exception' : 'silence' } = this.config;
    const refusal = (): Buffer =>
      this.#framing.wrap(
        request,
        request.unitId,
        exceptionReply(command.functionCode, gatewayTargetFailedToRespond),
      );
    if (unitTimeoutMs !== undefined) this.#send(link, request, refusal(), unitTimeoutMs, nowMs);
    else if (!isThere && unknownUnit === 'exception') link.send(refusal());
  }

  #send(link: Link, request: RequestFrame, bytes: Buffer, takesMs: number, nowMs: number): void {
    const onTheLineMs = takesMs + this.#pacedMs(request.bytes.length + bytes.length);
    if (this.config.unitTimeoutMs === undefined && onTheLineMs === takesMs) {
      if (takesMs < 1) link.send(bytes);
      else link.sendAfter(bytes, takesMs);
      return;
    }
    this.#replies.add(link, bytes, onTheLineMs, nowMs);
  }

  #pacedMs(bytes: number): number {
    const { config } = this;
    if (config.transport !== 'serial' || !config.isPaced) return 0;
    const { baudRate, parity, stopBits } = config.serial;
    const bitsPerByte = 1 + 8 + (parity === 'none' ? 0 : 1) + stopBits;
    return (bytes * bitsPerByte * 1_000) / baudRate;
  }
}
