import * as z from 'zod';

const text = z.string().max(2_048);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** The record is of no use afterwards, whoever asks. */
const expires_at = z.string();

/** A browser was sent to the company's sign-on. */
export const companyLoginSchema = z.looseObject({
  v: z.literal(1),
  kind: z.literal('company'),
  /** Hash of the state, which comes back in the address. */
  sha256,
  /** Hash of the cookie of the browser that was sent. */
  browser: sha256,
  nonce: text,
  code_verifier: text,
  /** Where the browser goes afterwards, below the root of the API. */
  to: text,
  /** Id of the login whose person has to authenticate again; null: a new login is to be opened. */
  again: z.string().nullable(),
  expires_at,
});
export type BegunCompanyLogin = z.infer<typeof companyLoginSchema>;

/** A command line asks to be let in; a user with a login decides. */
export const commandLineLoginSchema = z.looseObject({
  v: z.literal(1),
  kind: z.literal('command_line'),
  /** Hash of the secret with which the command line asks how it was decided. */
  sha256,
  /** The code for the person who decides, as {@link parseLoginCode} gives it. */
  code: z.string(),
  /** Where the command line runs and as whom, by its own account. */
  host: text,
  person: text,
  /** Where the request came from, which the command line cannot make up. */
  address: text,
  agent: text,
  asked_at: z.string(),
  /** Id of the user in whose name it gets in; null: not decided. */
  user: z.string().nullable(),
  decided: z.enum(['approved', 'denied']).nullable(),
  expires_at,
});
export type BegunCommandLineLogin = z.infer<typeof commandLineLoginSchema>;

/** Finds a command line by its code. */
export const loginCodeSchema = z.looseObject({
  v: z.literal(1),
  kind: z.literal('code'),
  code: z.string(),
  /** Hash of the secret. */
  of: sha256,
  expires_at,
});

/** A record of the bucket BEGUN_LOGINS: a login that waits for a step elsewhere. */
export const begunLoginSchema = z.discriminatedUnion('kind', [
  companyLoginSchema,
  commandLineLoginSchema,
  loginCodeSchema,
]);
export type BegunLogin = z.infer<typeof begunLoginSchema>;

export const begunLoginLastsMs = 10 * 60_000;

export function begunLoginKey(record: BegunLogin): string {
  return record.kind === 'code' ? `code.${record.code}` : `${record.kind}.${record.sha256}`;
}

/** No vowels, so that no words come out, and nothing that looks like something else. */
export const loginCodeLetters = 'BCDFGHJKLMNPQRSTVWXZ';
const codeLength = 8;

/** Reads `BCDF-GHJK` as it was typed, in any case and with any separators. Returns undefined if it is no code. */
export function parseLoginCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s\p{P}]+/gu, '');
  const isCode =
    letters.length === codeLength && [...letters].every((each) => loginCodeLetters.includes(each));
  return isCode ? letters : undefined;
}

export function formatLoginCode(code: string): string {
  return `${code.slice(0, codeLength / 2)}-${code.slice(codeLength / 2)}`;
}

/** @param letterAt gives a random number from 0 on, below its argument */
export function newLoginCode(letterAt: (below: number) => number): string {
  return Array.from({ length: codeLength }, () => loginCodeLetters[letterAt(loginCodeLetters.length)]).join(
    '',
  );
}
