import * as z from 'zod';

/** `local`: a user on the machine of the API, without a key. `nobody`: known by nothing reliable. */
export const actorKinds = ['user', 'key', 'service', 'local', 'nobody'] as const;

/** Who did something. `kind` and `id` cannot be imitated: ids are given by the API and never used again. */
export const actorSchema = z.object({
  kind: z.enum(actorKinds),
  /** Id of the person or key, or the name of the service, or empty if there is none. */
  id: z.string(),
  /** Login of the person, or name of the key. */
  name: z.string(),
  /** Id of the login that the person used. */
  login: z.string().optional(),
  /** Address from which the request came. */
  address: z.string().optional(),
  /** The header X-Operator, by which senders name themselves, unchecked. */
  claimed: z.string().optional(),
});
export type Actor = z.infer<typeof actorSchema>;
