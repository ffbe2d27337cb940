import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { languages } from '@holdfast/shared/contracts/user.ts';
import { type Environment, readConfig } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';
import { say } from './words/say.ts';

/** Address of an API. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: () => say('must be http://host:port or https://host:port') })
  // A password in the address could show up in a message, and this API knows people by keys and logins.
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), {
    error: () => say('must not hold a name or password'),
  });

const schema = z.object({
  HOLDFAST_URL: apiUrl.optional(),
  // The refusal does not show the text: it may be another secret.
  HOLDFAST_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: () => say('must be one line without blanks') })
    .optional(),
  HOLDFAST_OPERATOR: z.string().optional(),
  /** The language of tables, help and messages, and of problems that the API tells. */
  HOLDFAST_LANG: z.enum(languages).default('en'),
  /** Folder of the user's settings, where logins are kept. */
  XDG_CONFIG_HOME: z.string().default(() => join(homedir(), '.config')),
});

export type CliConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function cliConfig(environment: Environment = process.env): CliConfig {
  return readConfig(schema, environment);
}

/** The language alone, for help, which needs no settings, and for the refusal of a setting. */
export function spokenLanguage({ HOLDFAST_LANG }: Environment = process.env): (typeof languages)[number] {
  return languages.find((each) => each === HOLDFAST_LANG) ?? 'en';
}

export function userOfMachine(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A user in a container may have no name.
    return undefined;
  }
}
