import type { Role } from '@holdfast/shared/contracts/api-key.ts';
import type {
  ContextConfigDefault,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  preHandlerAsyncHookHandler,
  preSerializationAsyncHookHandler,
  preValidationHookHandler,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type * as z from 'zod';
import type { ChangedThings, CommandAttempt, Concerned } from '../ports.ts';
import type { CommandAnswer, OnceRule } from './idempotency.ts';

/** The parts of the API, in the order in which the OpenAPI document shows them. */
export const tags = {
  Sessions: 'What is acquired now and what was: commands, state, events',
  Data: 'Values, gaps and live samples',
  Configuration: 'Sites, devices, points and tasks',
  Devices: 'Asking a device now, through a collector',
  System: 'Collectors, sinks and what could not be processed',
  Access: 'People and their logins, API keys, the audit log',
  Service: 'Health, metrics and this document',
} as const;

/** The words of the OpenAPI document about a route next to its schema. */
interface Described {
  readonly tag: keyof typeof tags;
  readonly summary: string;
  /** Description for callers beyond the summary and the fields, in Markdown. */
  readonly about?: string;
  /** Gives an ETag (GET) or takes If-Match; `tried`: the ETag is that of its dry run. */
  readonly hasVersion?: boolean | 'tried';
  /** Whether a person must have shown within 5 minutes who they are, always or for some bodies. Keys are not asked. */
  readonly fresh?: boolean | ((body: unknown) => boolean);
  /** Whether its answer is a stream for a screen, which keeps no login from idling out. */
  readonly isWatched?: boolean;
  /** Statuses of problems that routes like it do not have. */
  readonly problems?: Readonly<Record<number, string>>;
  /** Request headers that only this route takes. */
  readonly takes?: Readonly<Record<string, { readonly description: string; readonly pattern?: string }>>;
  /** Takes a larger body than others do. */
  readonly bodyBytesAtMost?: number;
  /** Headers of its answer, with what they say. */
  readonly gives?: Readonly<Record<string, string>>;
  /** Takes a file instead of JSON, whatever its type is called. */
  readonly file?: {
    readonly types: readonly string[];
    readonly description: string;
    readonly bytesAtMost: number;
  };
  /**
   * Called before the body is read, to refuse a request for which there is no room; the function that it returns is
   * called when the request is over.
   */
  readonly admit?: (request: FastifyRequest) => () => void;
  /** The answer of a route whose schema has none. */
  readonly answer?: { readonly type: string | readonly string[]; readonly description: string };
}

/** Who may call a route; `open`: every caller, without a key; `known`: every caller with a key or login, of whatever role. */
export type RouteRole = Role | 'open' | 'known';

/**
 * At which sites the role has to hold. `all`: at all of them; a function: at those of what it finds in the request;
 * `own`: at any, and the answer shows only what is there.
 */
export type RouteSites<R = FastifyRequest> = 'all' | 'own' | ((request: R) => Concerned);

/**
 * GET changes nothing, except on the way back of a login. Any other method names its change as the audit log does,
 * `<kind>.<verb>`, or says undefined.
 */
type Changes =
  | { readonly method: 'GET'; readonly action?: 'login.open' }
  | { readonly method: 'POST' | 'PATCH' | 'DELETE'; readonly action: string | undefined };

/** A route as access control, audit, idempotency and the OpenAPI document read it. */
export type Route = Described &
  Changes & {
    readonly url: string;
    readonly role: RouteRole;
    readonly sites: RouteSites | undefined;
    readonly schema: FastifySchema;
    readonly preValidation: preValidationHookHandler | undefined;
    readonly names?: (request: FastifyRequest) => ChangedThings | Promise<ChangedThings>;
    /** Called when the request was judged and allowed to call the route. */
    readonly preHandler?: preHandlerAsyncHookHandler;
    /** Gets the answer before it goes out, even that to a failure. */
    readonly preSerialization?: preSerializationAsyncHookHandler;
  } & (
    | { readonly once: undefined; readonly handler: RouteHandlerMethod }
    | {
        readonly once: OnceRule;
        readonly handler: (
          request: FastifyRequest,
          attempt: CommandAttempt,
        ) => Promise<CommandAnswer<object>>;
      }
  );

type RequestOf<S extends FastifySchema> = FastifyRequest<
  RouteGenericInterface,
  RawServerDefault,
  RawRequestDefaultExpression,
  S,
  ZodTypeProvider
>;

type AnswerOf<S extends FastifySchema> = S extends { readonly response: infer Responses }
  ? { [Status in keyof Responses]: z.output<Responses[Status]> }[keyof Responses] & object
  : object;

type Handler<S extends FastifySchema> = (
  request: RequestOf<S>,
  reply: FastifyReply<
    RouteGenericInterface,
    RawServerDefault,
    RawRequestDefaultExpression,
    RawReplyDefaultExpression,
    ContextConfigDefault,
    S,
    ZodTypeProvider
  >,
) => ReturnType<
  RouteHandlerMethod<
    RawServerDefault,
    RawRequestDefaultExpression,
    RawReplyDefaultExpression,
    RouteGenericInterface,
    ContextConfigDefault,
    S,
    ZodTypeProvider
  >
>;

type CommandHandler<S extends FastifySchema> = (
  request: RequestOf<S>,
  attempt: CommandAttempt,
) => Promise<CommandAnswer<AnswerOf<S>>>;

/**
 * Declares a route once, for everything that has to know it. A route without a role, and the sites where that has to
 * hold, does not compile.
 * @param declared.once with it the route takes Idempotency-Key, and its handler is called once for each key
 */
export function route<const S extends FastifySchema, const O extends OnceRule | undefined = undefined>(
  declared: Described &
    Changes &
    (
      | { readonly role: 'open'; readonly sites?: never }
      | { readonly role: Exclude<RouteRole, 'open'>; readonly sites: RouteSites<RequestOf<NoInfer<S>>> }
    ) & {
      /** Whole, with `:name` for a parameter. */
      readonly url: string;
      readonly once?: O;
      readonly schema?: S;
      readonly preValidation?: preValidationHookHandler | undefined;
      /** The things that a change is about. A repeat changes nothing, and finds by them the sessions that read them. */
      readonly names?: (request: RequestOf<NoInfer<S>>) => ChangedThings | Promise<ChangedThings>;
      readonly handler: O extends OnceRule ? CommandHandler<NoInfer<S>> : Handler<NoInfer<S>>;
    },
): Route {
  const { once, schema = {}, preValidation } = declared;
  return { ...declared, once, schema, preValidation } as unknown as Route;
}
