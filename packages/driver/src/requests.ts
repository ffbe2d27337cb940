import type { Text } from '@holdfast/texts/text.ts';
import type { ValueSink } from './value-sink.ts';

/** One request of a plan. Drivers add what their link needs; no other code reads these fields. */
export interface Group {
  /** Equal for equal requests to the device: the request's breaker is kept by it. */
  readonly key: string;
  /** Places of the values that its answer contains. */
  readonly values: readonly number[];
  /** "unit 1 holding_register 10-11" */
  inWords(): Text;
  /** The same, in the protocol's own fields. */
  describe(): object;
}

/** A write, done once. */
export interface Command {
  /** The raw values, in the same form as `Answer.raw`. */
  readonly sent: readonly string[];
}

/** A whole answer, checked to belong to its request, but not decoded yet. */
export interface Answer {
  decode(sink: ValueSink): void;
  /** The raw content of a value for people, such as `0x00FF` for each register that holds it. */
  raw?(at: number): readonly string[];
}
