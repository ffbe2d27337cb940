import type { ServerResponse } from 'node:http';
import { normalizeIP } from '@fastify/rate-limit';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ApiKeys } from '../access/api-keys.ts';
import type { Caller } from '../access/caller.ts';
import type { Logins } from '../access/logins/logins.ts';
import { Problem } from '../problems/problem.ts';
import { EventStream } from './event-stream.ts';
import { liveText } from './texts.ts';

/** Time for which a client may take nothing before it is dropped. */
const patienceMs = 10_000;
const clientsAtMost = 500;
/** The last places are kept for callers who have none yet. */
const forNewCallers = 50;
/** All tabs of a browser share one stream; a script that opens ever more must not take the place of others. */
const ofCallerAtMost = 20;
const ofAddressAtMost = 50;

/** Reports when a caller's right ends. */
export interface Rights {
  readonly keys: Pick<ApiKeys, 'whenLost'>;
  readonly logins: Pick<Logins, 'whenOver'>;
}

/** All clients that follow a stream of this process. */
export class LiveClients {
  readonly #rights: Rights;
  readonly #clients = new Map<EventStream, Place>();
  #isEnding = false;

  constructor(rights: Rights) {
    this.#rights = rights;
  }

  /** Lets go of all clients, and of those still coming. */
  end(): void {
    this.#isEnding = true;
    for (const client of this.#clients.keys()) client.end();
  }

  /**
   * Answers a request with a stream, to which `tell` writes until it is done. The stream ends with the right of its
   * caller.
   * @throws Problem when there is no room, before anything is answered
   */
  async serve(
    { request, reply, lastId }: Served,
    tell: (client: EventStream) => Promise<void>,
  ): Promise<void> {
    const { caller } = request;
    const isNamed = caller.kind === 'key' || caller.kind === 'user';
    const place: Place = {
      who: isNamed ? `${caller.kind} ${caller.id}` : undefined,
      address: normalizeIP(request.ip),
    };
    this.#requireRoom(place);
    const headers = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    const client = new EventStream(reply.raw, { patienceMs, headers, lastId });
    this.#clients.set(client, place);
    // The request was in hand already when the others were let go.
    if (this.#isEnding) client.end();
    const keep = this.#untilNotAllowed(caller, () => client.end());
    try {
      await tell(client);
    } catch (error) {
      // The answer has begun: ending it makes the client come back with the last id that it has seen.
      request.log.info({ err: error }, 'a live stream broke off');
    } finally {
      keep?.();
      this.#clients.delete(client);
      client.end();
    }
  }

  #untilNotAllowed(caller: Caller, end: () => void): (() => void) | undefined {
    if (caller.kind === 'key') return this.#rights.keys.whenLost(caller.id, end);
    if (caller.kind === 'user') return this.#rights.logins.whenOver(caller, end);
    return undefined;
  }

  #requireRoom({ who, address }: Place): void {
    const all = [...this.#clients.values()];
    const own = who === undefined ? 0 : all.filter((each) => each.who === who).length;
    if (own >= ofCallerAtMost) {
      throw noRoom(liveText('you_follow_at_once_here', { own }));
    }
    const ofAddress = all.filter((each) => each.address === address).length;
    if (ofAddress >= ofAddressAtMost) {
      throw noRoom(liveText('are_followed_from_at_once_here', { ofAddress, address }));
    }
    const isNew = who === undefined ? ofAddress === 0 : own === 0;
    if (all.length >= clientsAtMost - (isNew ? 0 : forNewCallers)) {
      throw noRoom(liveText('this_process_serves_at_once_try', { clientsAtMost }));
    }
  }
}

interface Place {
  /** Undefined for callers on this machine. */
  readonly who: string | undefined;
  readonly address: string;
}

export interface Served {
  readonly request: { readonly caller: Caller; readonly ip: string; readonly log: Pick<Logger, 'info'> };
  readonly reply: { readonly raw: ServerResponse; getHeaders(): object; hijack(): unknown };
  /** Nothing up to this id need be sent. */
  readonly lastId: number | string | undefined;
}

function noRoom(detail: Text): Problem {
  return new Problem('too_many_live_clients', detail, {}, { retryAfterSeconds: 30 });
}
