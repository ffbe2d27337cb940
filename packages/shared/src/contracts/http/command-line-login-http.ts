import * as z from 'zod';
import { closedObject } from './closed-object.ts';
import { storableText } from './storable-text.ts';

/** Where the command line runs, by its own account: the page that asks for approval shows it. */
export const askCommandLineLoginSchema = closedObject({
  host: storableText(128).min(1),
  person: storableText(64).nullish(),
});

/** `secret` asks how it was decided, every `poll_seconds`; `code` is typed at `page`. */
export const commandLineLoginRequestSchema = z.object({
  secret: z.string(),
  code: z.string(),
  page: z.string(),
  poll_seconds: z.number(),
  expires_at: z.string(),
});
export type CommandLineLoginRequest = z.infer<typeof commandLineLoginRequestSchema>;

export const pollCommandLineLoginSchema = closedObject({ secret: z.string().min(1).max(64) });

/** `over`: too late, or already handed out. With `approved` comes the token, this once. */
export const polledCommandLineLoginSchema = z.object({
  status: z.enum(['waiting', 'approved', 'denied', 'over']),
  token: z.string().nullable(),
  /** Login of the person who approved. */
  login: z.string().nullable(),
  /** When the login of the command line ends. */
  expires_at: z.string().nullable(),
});
export type PolledCommandLineLogin = z.infer<typeof polledCommandLineLoginSchema>;

/** A command line that asks to be let in. `host` and `person` are its own claims, `address` is not. */
export const commandLineLoginViewSchema = z.object({
  code: z.string(),
  host: z.string(),
  person: z.string(),
  address: z.string(),
  agent: z.string(),
  asked_at: z.string(),
  expires_at: z.string(),
});
export type CommandLineLoginView = z.infer<typeof commandLineLoginViewSchema>;
