import type { DevicePoint } from '@holdfast/driver/device.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import type { Emit } from '@holdfast/driver/values/emit-value.ts';
import type { MqttPlace } from '../layout/connection.ts';
import { pointerSteps } from '../layout/json-pointer.ts';
import { parseTopic } from '../layout/topic-address.ts';
import { hasWildcard, matches } from '../layout/topic-filter.ts';
import { MessageDocument } from '../values/message-document.ts';
import { doubtful, messageEmitter } from '../values/message-values.ts';

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker has kept the message from before: nobody knows how old it is. */
  readonly isRetained: boolean;
}

interface Route {
  readonly filter: string;
  /** Place of the point's first value; `count` says how many it has. */
  readonly at: number;
  readonly count: number | undefined;
  readonly steps: readonly string[] | undefined;
  readonly timeSteps: readonly string[] | undefined;
  readonly emit: Emit<unknown>;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const topicsKept = 10_000;

export class TopicRoutes {
  /** The fewest filters that bring all messages. */
  readonly filters: readonly string[];
  /** Places of all values. */
  readonly values: readonly number[];
  /** Places by filter. */
  readonly #places: ReadonlyMap<string, readonly number[]>;
  readonly #exact = new Map<string, Route[]>();
  readonly #wild: readonly Route[];
  #known = new Map<string, readonly Route[]>();

  constructor(list: PointList<MqttPlace>, due: readonly number[]) {
    const routes = due.flatMap((point) => routeOf(list, point));
    this.values = due.flatMap((point) =>
      Array.from({ length: list.points[point]?.count ?? 1 }, (_, index) => list.firstOf(point) + index),
    );
    const byFilter = Map.groupBy(routes, ({ filter }) => filter);
    this.filters = [...byFilter.keys()];
    this.#places = new Map(
      [...byFilter].map(([filter, its]) => [
        filter,
        its.flatMap(({ at, count = 1 }) => Array.from({ length: count }, (_, index) => at + index)),
      ]),
    );
    this.#wild = routes.filter(({ filter }) => hasWildcard(filter));
    for (const route of routes) {
      if (hasWildcard(route.filter)) continue;
      const known = this.#exact.get(route.filter);
      if (known) known.push(route);
      else this.#exact.set(route.filter, [route]);
    }
  }

  /** Places of the values that come under a filter. */
  placesOf(filter: string): readonly number[] {
    return this.#places.get(filter) ?? [];
  }

  take({ topic, payload, isRetained }: Message, sink: ValueSink): void {
    const routes = this.#routesOf(topic);
    // An empty message removes a retained one.
    if (routes.length === 0 || payload.length === 0) return;
    const document = new MessageDocument(textOf(payload));
    for (const route of routes) takeOne(route, document, isRetained, sink);
  }

  #routesOf(topic: string): readonly Route[] {
    const exact = this.#exact.get(topic) ?? [];
    if (this.#wild.length === 0) return exact;
    const known = this.#known.get(topic);
    if (known) return known;
    const found = [...exact, ...this.#wild.filter(({ filter }) => matches(filter, topic))];
    if (this.#known.size >= topicsKept) this.#known = new Map();
    this.#known.set(topic, found);
    return found;
  }
}

function routeOf(list: PointList<MqttPlace>, point: number): Route[] {
  const found = list.points[point];
  const parsed = found && parseTopic(found.address.topic);
  if (!found || !parsed?.ok) return [];
  const { time_at } = found.address;
  return [
    {
      ...parsed.address,
      at: list.firstOf(point),
      count: found.count,
      timeSteps:
        time_at === undefined ? undefined : list.once(`time ${time_at}`, () => pointerSteps(time_at)),
      emit: list.once(`emit ${point}`, () => messageEmitter(meaningOf(found))),
    },
  ];
}

function meaningOf({ address: _, ...meaning }: DevicePoint<MqttPlace>) {
  return meaning;
}

function takeOne(route: Route, document: MessageDocument, isRetained: boolean, sink: ValueSink): void {
  const { at, count, steps, timeSteps, emit } = route;
  let found: unknown = document.text;
  if (steps || count !== undefined) {
    if (!document.isJson) {
      sink.bad(at, 'the message is no JSON');
      return;
    }
    found = document.at(steps ?? []);
    // A message need not have every value of its topic.
    if (found === undefined) return;
  }
  const timeMs = timeSteps && document.timeMs(timeSteps);
  sink.sourceTime(timeMs);
  const into = isRetained && timeMs === undefined ? doubtful(sink) : sink;
  if (count === undefined) emitOne(emit, found, at, into);
  else if (!Array.isArray(found)) into.bad(at, 'is no array');
  else {
    for (let index = 0; index < count; index += 1) {
      if (index < found.length) emitOne(emit, found[index], at + index, into);
      else into.bad(at + index, `the array has ${found.length} values`);
    }
  }
}

function emitOne(emit: Emit<unknown>, found: unknown, at: number, sink: ValueSink): void {
  if (found === null) sink.bad(at, 'is null');
  else emit(found, at, sink);
}

function textOf(payload: Uint8Array): string {
  try {
    return decoder.decode(payload);
  } catch {
    // Bytes that are no UTF-8 become text that is neither a number nor JSON, and fail as such.
    return new TextDecoder('latin1').decode(payload);
  }
}
