import type { DevicePoint } from '@holdfast/driver/device.ts';
import { pointerSteps } from '@holdfast/driver/messages/json-pointer.ts';
import { MessageDocument } from '@holdfast/driver/messages/message-document.ts';
import { doubtful, messageEmitter } from '@holdfast/driver/messages/message-values.ts';
import type { PointList } from '@holdfast/driver/point-list.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import type { Emit } from '@holdfast/driver/values/emit-value.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { MqttPlace } from '../layout/connection.ts';
import { parseTopic } from '../layout/topic-address.ts';
import { hasWildcard, matches } from '../layout/topic-filter.ts';
import { mqttText } from '../texts.ts';

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker has kept the message from before: its age is unknown. */
  readonly isRetained: boolean;
}

interface Route {
  readonly filter: string;
  /** Place of the point's first value; `count` says how many it has. */
  readonly at: number;
  readonly count: number | undefined;
  readonly steps: readonly string[] | undefined;
  readonly time: { readonly pointer: string; readonly steps: readonly string[] } | undefined;
  readonly emit: Emit<unknown>;
}

/** Notified of what is odd about a message. */
export interface MessageNotices {
  /** No point takes messages of the topic. */
  noPoint(topic: string): void;
  /** There is no time that can be used where a point says it is. */
  noTime(topic: string, pointer: string): void;
}

const retainedDoubt = mqttText('retained_of_unknown_age');

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
  #routesByTopic = new Map<string, readonly Route[]>();

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
      const sameFilter = this.#exact.get(route.filter);
      if (sameFilter) sameFilter.push(route);
      else this.#exact.set(route.filter, [route]);
    }
  }

  /** Places of the values that come under a filter. */
  placesOf(filter: string): readonly number[] {
    return this.#places.get(filter) ?? [];
  }

  take({ topic, payload, isRetained }: Message, sink: ValueSink, notices?: MessageNotices): void {
    const routes = this.#routesOf(topic);
    if (routes.length === 0) notices?.noPoint(topic);
    // An empty message removes a retained one.
    if (routes.length === 0 || payload.length === 0) return;
    const text = textOf(payload);
    const document = text === undefined ? undefined : new MessageDocument(text);
    for (const route of routes) {
      if (!document) badAll(route, mqttText('not_utf8'), sink);
      else if (!takeOne(route, document, isRetained, sink)) notices?.noTime(topic, route.time?.pointer ?? '');
    }
  }

  #routesOf(topic: string): readonly Route[] {
    const exact = this.#exact.get(topic) ?? [];
    if (this.#wild.length === 0) return exact;
    const cached = this.#routesByTopic.get(topic);
    if (cached) return cached;
    const routes = [...exact, ...this.#wild.filter(({ filter }) => matches(filter, topic))];
    if (this.#routesByTopic.size >= topicsKept) this.#routesByTopic = new Map();
    this.#routesByTopic.set(topic, routes);
    return routes;
  }
}

function routeOf(list: PointList<MqttPlace>, point: number): Route[] {
  const listedPoint = list.points[point];
  const parsed = listedPoint && parseTopic(listedPoint.address.topic);
  if (!listedPoint || !parsed?.ok) return [];
  const { time_at } = listedPoint.address;
  return [
    {
      ...parsed.address,
      at: list.firstOf(point),
      count: listedPoint.count,
      time: time_at === undefined ? undefined : list.once(`time ${time_at}`, () => timeOf(time_at)),
      emit: list.once(`emit ${point}`, () => messageEmitter(meaningOf(listedPoint))),
    },
  ];
}

function timeOf(pointer: string): Route['time'] {
  return { pointer, steps: pointerSteps(pointer) ?? [] };
}

function meaningOf({ address: _, ...meaning }: DevicePoint<MqttPlace>) {
  return meaning;
}

/** @returns false where the message has no time that can be used although the point says where it is */
function takeOne(route: Route, document: MessageDocument, isRetained: boolean, sink: ValueSink): boolean {
  const { at, count, steps, time, emit } = route;
  let value: unknown = document.text;
  if (steps || count !== undefined) {
    if (!document.isJson) {
      badAll(route, mqttText('not_json'), sink);
      return true;
    }
    value = document.at(steps ?? []);
    // A message need not have every value of its topic.
    if (value === undefined) return true;
  }
  const timeMs = time && document.timeMs(time.steps);
  sink.sourceTime(timeMs);
  const doubt = doubtOf(route, timeMs, isRetained);
  const into = doubt === undefined ? sink : doubtful(sink, doubt);
  if (count === undefined) emitOne(emit, value, at, into);
  else if (!Array.isArray(value)) badAll(route, mqttText('not_an_array'), into);
  else {
    for (let index = 0; index < count; index += 1) {
      if (index < value.length) emitOne(emit, value[index], at + index, into);
      else into.bad(at + index, mqttText('array_has_count', { count: value.length }));
    }
  }
  return time === undefined || timeMs !== undefined;
}

/** Why a value with this time of its source is uncertain, or undefined if it is not. */
function doubtOf({ time }: Route, timeMs: number | undefined, isRetained: boolean): Text | undefined {
  if (timeMs !== undefined) return undefined;
  if (isRetained) return retainedDoubt;
  if (!time) return undefined;
  return mqttText('no_usable_time', { pointer: time.pointer });
}

function badAll({ at, count = 1 }: Route, why: Text, sink: ValueSink): void {
  for (let index = 0; index < count; index += 1) sink.bad(at + index, why);
}

function emitOne(emit: Emit<unknown>, value: unknown, at: number, sink: ValueSink): void {
  if (value === null) sink.bad(at, mqttText('is_null'));
  else emit(value, at, sink);
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return decoder.decode(payload);
  } catch {
    return undefined;
  }
}
