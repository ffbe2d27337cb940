import crypto, { type Argon2Parameters } from 'node:crypto';
import { Problem } from '../../problems/problem.ts';
import { accessText } from '../texts.ts';

/** The least that OWASP recommends: 19 MiB, two passes, one lane; about 120 ms of a core. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const atOnce = 2;
const waitingAtMost = 20;

/** Node has it from 24.7 on. */
export const argon2IsThere = typeof crypto.argon2 === 'function';

/**
 * Hashes passwords by argon2id, off the event loop and a few at a time: each takes memory and a core, and a flood must
 * not stop the machine. When too many wait already, further ones are refused.
 */
export class Passwords {
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  /** PHC string. @throws Problem too_many_logins */
  async hash(password: string): Promise<string> {
    const nonce = crypto.randomBytes(16);
    const tag = await this.#derive(password, { ...cost, nonce });
    const { memory: m, passes: t, parallelism: p } = cost;
    return `$argon2id$v=19$m=${m},t=${t},p=${p}$${unpadded(nonce)}$${unpadded(tag)}`;
  }

  /**
   * Whether it is the password. The check takes as long where there is none, so that its time does not show which
   * people exist.
   * @throws Problem too_many_logins
   */
  async isRight(password: string, phc: string | null | undefined): Promise<boolean> {
    const parsedHash = phc === null || phc === undefined ? undefined : parse(phc);
    const { parameters, tag } = parsedHash ?? nobodys;
    const derived = await this.#derive(password, parameters);
    return crypto.timingSafeEqual(derived, tag) && parsedHash !== undefined;
  }

  async #derive(
    password: string,
    parameters: Omit<Argon2Parameters, 'message'>,
  ): Promise<Buffer<ArrayBufferLike>> {
    if (!argon2IsThere) throw withoutArgon2();
    if (this.#working >= atOnce) {
      if (this.#waiting.length >= waitingAtMost) throw tooManyLogins();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#working += 1;
    try {
      // One person's keyboard gives é as one character, another's as two.
      const message = Buffer.from(password.normalize('NFC'), 'utf8');
      return await new Promise((resolve, reject) => {
        crypto.argon2('argon2id', { ...parameters, message }, (error, tag) =>
          error ? reject(error) : resolve(tag),
        );
      });
    } finally {
      // The place goes to the next one waiting.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#working -= 1;
    }
  }
}

interface PasswordHash {
  readonly parameters: Omit<Argon2Parameters, 'message'>;
  readonly tag: Buffer;
}

const nobodys: PasswordHash = {
  parameters: { ...cost, nonce: Buffer.alloc(16) },
  tag: Buffer.alloc(cost.tagLength),
};
const form =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{16,88})$/;

function parse(phc: string): PasswordHash | undefined {
  const [, memory, passes, parallelism, nonce = '', tag = ''] = form.exec(phc) ?? [];
  if (memory === undefined) return undefined;
  const bytes = Buffer.from(tag, 'base64');
  const numbers = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return {
    parameters: { ...numbers, tagLength: bytes.length, nonce: Buffer.from(nonce, 'base64') },
    tag: bytes,
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function tooManyLogins(): Problem {
  return new Problem('too_many_logins', accessText('too_many_logins'), {}, { retryAfterSeconds: 2 });
}

function withoutArgon2(): Problem {
  return new Problem(
    'password_login_unavailable',
    accessText('password_login_unavailable', { node: process.versions.node }),
  );
}
