import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Environment, readConfig } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

/** Address of an API. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: 'must be http://host:port or https://host:port' })
  // Its text could come up in a message; and keys and logins are what this API knows people by.
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), 'must not hold a name or password');

const schema = z.object({
  HOLDFAST_URL: apiUrl.optional(),
  // Refused without its text: what is no key may be another secret.
  HOLDFAST_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be one line without blanks')
    .optional(),
  HOLDFAST_OPERATOR: z.string().optional(),
  /** In which the API says what is wrong. */
  HOLDFAST_LANG: z.enum(['en', 'zh']).default('en'),
  /** Folder of the user's settings, where logins are kept. */
  XDG_CONFIG_HOME: z.string().default(() => join(homedir(), '.config')),
});

export type CliConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function cliConfig(environment: Environment = process.env): CliConfig {
  return readConfig(schema, environment);
}

export function userOfMachine(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return undefined;
  }
}
