import { durationMs } from '@holdfast/plant/duration.ts';
import { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import type { ValueCourse } from '@holdfast/plant/plant-file/value-course.ts';
import type { PublishedMessage } from '@holdfast/plant/simulator.ts';
import type { Broker } from './broker.ts';
import type { Fault } from './fault.ts';
import type { DeviceOfFile } from './plant-file-schema.ts';

type OnPublished = (message: PublishedMessage) => void;

/** A device that publishes its values in the course of time. */
export class PublishedDevice {
  readonly code: string;
  readonly faults: FaultBoard<Fault>;
  readonly #of: DeviceOfFile;
  readonly #courses: Readonly<Record<string, ValueCourse>>;
  readonly #startedAtMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(of: DeviceOfFile, courses: Readonly<Record<string, ValueCourse>>, startedAtMs: number) {
    this.code = of.device;
    this.#of = of;
    this.#courses = courses;
    this.#startedAtMs = startedAtMs;
    this.faults = new FaultBoard(of.device, of.faults, startedAtMs);
  }

  start(broker: Broker, onPublished?: OnPublished): void {
    this.#publish(broker, onPublished);
    this.#timer = setInterval(() => this.#publish(broker, onPublished), durationMs(this.#of.every));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #publish(broker: Broker, onPublished: OnPublished | undefined): void {
    const nowMs = Date.now();
    const fault = this.faults.hitting(nowMs) ?? broker.faults.hitting(nowMs);
    if (fault?.kind === 'silence') return;
    const elapsedMs = Math.max(0, nowMs - this.#startedAtMs);
    const values = Object.entries(this.#courses).map(
      ([name, course]) => [name, course.at(elapsedMs)] as const,
    );
    const payload = Object.fromEntries(values);
    const message = JSON.stringify({ ...payload, ts: nowMs });
    const isGarbage = fault?.kind === 'garbage';
    broker.publish(this.#of.topic, isGarbage ? `<${message}>` : message, this.#of.retain);
    if (!isGarbage) onPublished?.({ at: nowMs, device: this.code, values: payload });
  }
}
