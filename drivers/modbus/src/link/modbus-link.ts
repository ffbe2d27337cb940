import type { Hear, Link } from '@holdfast/driver/link.ts';
import type { Answer, Command, Group } from '@holdfast/driver/requests.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import { inHexadecimal } from '@holdfast/driver/values/in-hexadecimal.ts';
import type { RawBlock, ReadRequest, WriteRequest } from '../layout/requests.ts';
import type { DeviceBus } from './device-bus.ts';

/** The part of a plan's group that a link needs, so that the link depends on the layout and not on the plan. */
interface RequestGroup extends Group {
  readonly request: ReadRequest;
  readonly shared: {
    readonly decode: (raw: RawBlock, sink: ValueSink) => void;
    readonly extentOf: (at: number) => { readonly offset: number; readonly width: number } | undefined;
  };
}

/** Modbus over one bus, as a link of the driver port. */
export class ModbusLink implements Link {
  readonly #bus: DeviceBus;

  constructor(bus: DeviceBus) {
    this.#bus = bus;
  }

  read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer> {
    const { request } = group as RequestGroup;
    const readRequest =
      timeoutMs === request.timeoutMs && !hear ? request : { ...request, timeoutMs, onBytes: hear };
    return this.#bus.read(readRequest).then((raw) => new ModbusAnswer(group as RequestGroup, raw));
  }

  write(command: Command, timeoutMs: number): Promise<void> {
    const { request } = command as Command & { readonly request: WriteRequest };
    return this.#bus.write({ ...request, timeoutMs });
  }

  disconnect(): void {
    this.#bus.disconnect();
  }
}

class ModbusAnswer implements Answer {
  readonly #group: RequestGroup;
  readonly #block: RawBlock;

  constructor(group: RequestGroup, block: RawBlock) {
    this.#group = group;
    this.#block = block;
  }

  decode(sink: ValueSink): void {
    this.#group.shared.decode(this.#block, sink);
  }

  raw(at: number): readonly string[] {
    const extent = this.#group.shared.extentOf(at);
    if (!extent) return [];
    const { offset, width } = extent;
    return inHexadecimal(this.#block.values.slice(offset, offset + width));
  }
}
