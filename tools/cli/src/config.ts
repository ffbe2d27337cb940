import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { languages } from '@holdfast/shared/contracts/user.ts';
import { type Environment, readConfig } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';
import { say } from './words/say.ts';

/** Address of an API. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: () => say('must_be_http_host_port') })
  // A password in the address could show up in a message, and this API knows people by keys and logins.
  .refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), {
    error: () => say('must_not_hold_a_name'),
  });

export const cliSettings = z.object({
  HOLDFAST_URL: apiUrl.optional().meta({
    description: 'Address of the API',
    defaultInWords: 'that of the latest login, else `http://127.0.0.1:8000`',
  }),
  // The refusal does not show the text. It may be another secret.
  HOLDFAST_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, { error: () => say('must_be_one_line_without_blanks') })
    .optional()
    .describe(
      'API key, which takes precedence over a login; better in the file that `HOLDFAST_API_KEY_FILE` names',
    ),
  HOLDFAST_OPERATOR: z.string().optional().meta({
    description: 'Who is behind a command, as events record it next to the key',
    defaultInWords: '`user@host` of the machine; none with a login',
  }),
  HOLDFAST_LANG: z
    .enum(languages)
    .default('en')
    .describe(
      'Language of tables, help and messages, including those of the API; for `backup`, `restore` and `verify` only of the help',
    ),
  XDG_CONFIG_HOME: z
    .string()
    .default(() => join(homedir(), '.config'))
    .meta({
      description: 'Folder in which `holdfast/logins.json` keeps logins',
      defaultInWords: '`.config` in the user’s home',
    }),
});

export type CliConfig = z.infer<typeof cliSettings>;

/** @throws ConfigError */
export function cliConfig(environment: Environment = process.env): CliConfig {
  return readConfig(cliSettings, environment);
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
