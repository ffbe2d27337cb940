import type { ValueSink } from './value-sink.ts';

/** One request of a plan. Drivers add what their link needs; nobody else looks at that. */
export interface Group {
  /** The same for the same request of the device: its breaker goes by it. */
  readonly key: string;
  /** Places of the values that its answer serves. */
  readonly values: readonly number[];
  /** "unit 1 holding_register 10-11" */
  inWords(): string;
  /** The same in the protocol's own fields. */
  describe(): object;
}

/** A write, once. */
export interface Command {
  /** The raw values, as `Answer.raw` shows them. */
  readonly sent: readonly string[];
}

/** A whole answer, checked to be the one to its request, and not decoded yet. */
export interface Answer {
  decode(sink: ValueSink): void;
  /** The raw content of a value's point for people, such as `0x00FF` for each register. */
  raw?(at: number): readonly string[];
}
