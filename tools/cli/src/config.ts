import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { languages } from '@holdfast/shared/contracts/user.ts';
import { type Environment, readConfig } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';
import { say } from './words/say.ts';

/** Address of an API. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: () => say('must be http://host:port or https://host:port') })
  // Its text could come up in a message; and keys and logins are what this API knows people by.
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), {
    error: () => say('must not hold a name or password'),
  });

const schema = z.object({
  HOLDFAST_URL: apiUrl.optional(),
  // Refused without its text: what is no key may be another secret.
  HOLDFAST_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: () => say('must be one line without blanks') })
    .optional(),
  HOLDFAST_OPERATOR: z.string().optional(),
  /** The language of tables, help and messages, and of what the API says is wrong. */
  HOLDFAST_LANG: z.enum(languages).default('en'),
  /** Folder of the user's settings, where logins are kept. */
  XDG_CONFIG_HOME: z.string().default(() => join(homedir(), '.config')),
});

export type CliConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function cliConfig(environment: Environment = process.env): CliConfig {
  return readConfig(schema, environment);
}

/** The language by itself: also help, which needs no settings, and the refusal of a setting are in it. */
export function spokenLanguage({ HOLDFAST_LANG }: Environment = process.env): (typeof languages)[number] {
  return languages.find((each) => each === HOLDFAST_LANG) ?? 'en';
}

export function userOfMachine(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return undefined;
  }
}
