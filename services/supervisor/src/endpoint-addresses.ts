import { addressesOfEndpoint } from '@holdfast/shared/contracts/addresses-call.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { Clock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { isNamedEndpoint, ownAddresses } from '@holdfast/shared/runtime/named-endpoints.ts';
import type { TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import type { AddressQuestions } from './ports.ts';
import { type Fleet, mayStillPoll } from './reconcile/fleet.ts';
import type { Plan } from './reconcile/reconcile.ts';

/** An answer, or its absence, counts for this long. */
const askedAgainMs = 30_000;

export interface EndpointAddressesOptions {
  readonly collectors: AddressQuestions;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
}

interface Answer {
  readonly addresses: readonly string[];
  readonly atMs: number;
}

/** A session, and the collector that reads it or is to read it. */
interface Reading {
  readonly collectorId: string;
  readonly needs: SessionNeeds | undefined;
}

/**
 * The addresses of endpoints that are named, by the word of the collectors that read them: this process may be in a
 * network with another DNS. Each collector is asked about its own sessions alone, and only when a session is about to be
 * placed. Without an answer an endpoint counts by its name: DNS that fails keeps no session waiting.
 */
export class EndpointAddresses {
  readonly #options: EndpointAddressesOptions;
  /** By endpoint, then by collector. */
  readonly #answers = new Map<string, Map<string, Answer>>();
  readonly #namedEndpoints = new WeakMap<SessionNeeds, readonly string[]>();

  constructor(options: EndpointAddressesOptions) {
    this.#options = options;
  }

  /**
   * Asks where the sessions are that a plan would place, and all that are placed. Each answer may lead to another plan,
   * with collectors that know other addresses.
   * @returns whether anything was asked, so that the plan may be another one now
   */
  async askBefore({ actions }: Plan, tasks: Iterable<TaskState>, fleet: () => Fleet): Promise<boolean> {
    const placing = actions.flatMap((action): Reading[] =>
      action.type === 'assign'
        ? [{ collectorId: action.collectorId, needs: action.session.session.needs }]
        : [],
    );
    return placing.length > 0 && this.ask([...placed(tasks, fleet()), ...placing]);
  }

  /**
   * Asks each collector for the addresses that it has not been asked for lately.
   * @param readings of all sessions: what is no longer read is forgotten
   * @returns whether there was anything to ask
   */
  async ask(readings: Iterable<Reading>): Promise<boolean> {
    const nowMs = this.#options.clock.monotonicMs();
    const isRecent = ({ atMs }: Answer) => nowMs - atMs < askedAgainMs;
    const readers = new Map<string, Set<string>>();
    const questions = new Map<string, Set<string>>();
    for (const { collectorId, needs } of readings) {
      for (const endpoint of this.#namedIn(needs)) {
        entryOf(readers, endpoint).add(collectorId);
        const answer = this.#answers.get(endpoint)?.get(collectorId);
        if (!answer || !isRecent(answer)) entryOf(questions, collectorId).add(endpoint);
      }
    }
    for (const [endpoint, answers] of this.#answers) {
      for (const [collectorId, answer] of answers) {
        if (!isRecent(answer) && !readers.get(endpoint)?.has(collectorId)) answers.delete(collectorId);
      }
      if (answers.size === 0) this.#answers.delete(endpoint);
    }
    if (questions.size === 0) return false;
    await Promise.all(
      [...questions].map(([collectorId, endpoints]) => this.#ask(collectorId, [...endpoints])),
    );
    return true;
  }

  /** The needs with the endpoints at their addresses, too: sessions that share one share an endpoint. */
  located(needs: SessionNeeds | undefined): SessionNeeds | undefined {
    if (!needs || this.#answers.size === 0) return needs;
    const addresses = this.#namedIn(needs).flatMap((endpoint) =>
      [...(this.#answers.get(endpoint)?.values() ?? [])].flatMap((answer) => answer.addresses),
    );
    if (addresses.length === 0) return needs;
    return { ...needs, endpoints: [...new Set([...needs.endpoints, ...addresses])] };
  }

  async #ask(collectorId: string, endpoints: readonly string[]): Promise<void> {
    const { collectors, clock, log } = this.#options;
    let answered: Readonly<Record<string, readonly string[]>> = {};
    try {
      answered = await collectors.addressesOf(collectorId, endpoints);
    } catch (error) {
      log.debug({ err: error, collector: collectorId }, 'a collector does not say where its devices are');
    }
    const atMs = clock.monotonicMs();
    for (const endpoint of endpoints) {
      const answers = this.#answers.get(endpoint) ?? new Map<string, Answer>();
      const former = answers.get(collectorId)?.addresses ?? [];
      const reported = answered[endpoint];
      answers.set(collectorId, {
        addresses: reported ? ownAddresses(endpoint, reported).slice(0, addressesOfEndpoint) : former,
        atMs,
      });
      this.#answers.set(endpoint, answers);
    }
  }

  #namedIn(needs: SessionNeeds | undefined): readonly string[] {
    if (!needs) return [];
    const cached = this.#namedEndpoints.get(needs);
    if (cached) return cached;
    const endpoints = needs.endpoints.filter(isNamedEndpoint);
    this.#namedEndpoints.set(needs, endpoints);
    return endpoints;
  }
}

function* placed(tasks: Iterable<TaskState>, fleet: Fleet): Generator<Reading> {
  for (const { session, placement } of tasks) {
    if (session.status !== 'running') continue;
    const collectorId = currentPlacement(session, placement)?.collectorId;
    if (collectorId !== undefined && mayStillPoll(fleet.get(collectorId))) {
      yield { collectorId, needs: session.session.needs };
    }
  }
}

function entryOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}
