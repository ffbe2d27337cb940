import type { ModbusProtocol } from '@holdfast/driver-modbus/layout/connection.ts';
import { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import { ListenerFaults } from '@holdfast/plant/faults/listener-faults.ts';
import { sendFaulty } from '@holdfast/plant/faults/send-faulty.ts';
import type { ConnectionRules, Line, Link } from '@holdfast/plant/lines/link.ts';
import { ReplyQueue } from '@holdfast/plant/reply-queue.ts';
import type { Fault } from './fault.ts';
import { faultyAnswer } from './faulty-answer.ts';
import type { Framing, RequestFrame } from './framing/framing.ts';
import { mbapFraming } from './framing/mbap-framing.ts';
import { rtuFraming } from './framing/rtu-framing.ts';
import { type Command, exceptionReply, gatewayTargetFailedToRespond, parseCommand, replyOf } from './pdu.ts';
import type { PlantEndpointConfig } from './plant-config.ts';
import { type Unit, unitOf } from './unit.ts';

const broadcast = 0;

export type OnCommand = (unitCode: string, link: Link, request: RequestFrame, command: Command) => void;

/** An endpoint and the units behind it: takes requests from any kind of line and answers them, as its faults have it. */
export class Endpoint {
  readonly config: PlantEndpointConfig;
  readonly protocol: ModbusProtocol;
  readonly units: readonly Unit[];
  readonly faults: FaultBoard<Fault>;
  readonly listenerFaults: ListenerFaults;
  /** Set once the line is open. */
  line: Line | undefined;
  readonly #byUnitId: ReadonlyMap<number, Unit>;
  readonly #onCommand: OnCommand | undefined;
  readonly #framing: Framing;
  /** Replies of the line behind the endpoint, or of the serial line. */
  readonly #replies = new ReplyQueue();

  constructor(config: PlantEndpointConfig, startedAtMs: number, onCommand: OnCommand | undefined) {
    this.config = config;
    this.protocol = config.protocol;
    this.units = config.units.map((unit) => unitOf(unit, startedAtMs));
    this.faults = new FaultBoard(config.name, config.faults ?? [], startedAtMs);
    const boards = [this.faults, ...this.units.map((unit) => unit.faults)];
    this.listenerFaults = new ListenerFaults(boards, () => this.line);
    this.#byUnitId = new Map(this.units.map((unit) => [unit.unitId, unit]));
    if (this.#byUnitId.size < this.units.length) throw new Error(`${config.name} has a unit id twice`);
    this.#onCommand = onCommand;
    this.#framing = this.newFraming();
  }

  newFraming(): Framing {
    return this.protocol === 'modbus_tcp' ? mbapFraming() : rtuFraming();
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
    if (!unit && request.unitId === broadcast && this.protocol !== 'modbus_tcp') {
      // A broadcast: every unit carries it out, and none answers.
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
    sendFaulty(link, faultyAnswer(fault, request, reply, this.#framing), unit.latencyMs(), (bytes, afterMs) =>
      this.#send(link, request, bytes, afterMs, nowMs),
    );
  };

  connectionRules(): ConnectionRules {
    const { config } = this;
    if (config.protocol === 'modbus_rtu') return this.listenerFaults.rules();
    return this.listenerFaults.rules({
      maxConnections: config.maxConnections,
      ...(config.otherConnections === undefined ? {} : { others: config.otherConnections }),
    });
  }

  async stop(): Promise<void> {
    this.listenerFaults.stop();
    this.#replies.stop();
    await this.line?.stop();
  }

  #nobodyAnswers(link: Link, request: RequestFrame, command: Command, nowMs: number, isThere: boolean): void {
    const { unitTimeoutMs, unknownUnit = this.protocol === 'modbus_tcp' ? 'exception' : 'silence' } =
      this.config;
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
    if (config.protocol !== 'modbus_rtu' || !config.isPaced) return 0;
    const { baudRate, parity, stopBits } = config.serial;
    const bitsPerByte = 1 + 8 + (parity === 'none' ? 0 : 1) + stopBits;
    return (bytes * bitsPerByte * 1_000) / baudRate;
  }
}
