import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { say } from './words/say.ts';

const schema = z.object({
  /** The API of the newest login, which is asked unless another is named. */
  url: z.string().nullable(),
  logins: z.record(
    z.string(),
    z.object({ token: z.string(), login: z.string(), expires_at: z.string().nullable() }),
  ),
});
type LoginsFile = z.infer<typeof schema>;
export type SavedLogin = LoginsFile['logins'][string];

/**
 * The logins of `holdfast login`, one for each API, in a file that only its owner can read. A token is sent only to the
 * address that it came from.
 */
export class SavedLogins {
  readonly file: string;
  readonly #folder: string;

  /** @param folder the folder of the user's settings, such as ~/.config */
  constructor(folder: string) {
    this.#folder = join(folder, 'holdfast');
    this.file = join(this.#folder, 'logins.json');
  }

  /** @throws CliError when others can read the file, or it is no file of logins */
  async of(url: string): Promise<SavedLogin | undefined> {
    return (await this.#read()).logins[addressOf(url)];
  }

  async newestUrl(): Promise<string | undefined> {
    return (await this.#read()).url ?? undefined;
  }

  async keep(url: string, login: SavedLogin): Promise<void> {
    const { logins } = await this.#read();
    const address = addressOf(url);
    await this.#write({ url: address, logins: { ...logins, [address]: login } });
  }

  async forget(url: string): Promise<void> {
    const content = await this.#read();
    const address = addressOf(url);
    const { [address]: _gone, ...logins } = content.logins;
    const newest = content.url === address ? (Object.keys(logins).at(-1) ?? null) : content.url;
    await this.#write({ url: newest, logins });
  }

  async #read(): Promise<LoginsFile> {
    let text: string;
    try {
      const { mode } = await stat(this.file);
      if ((mode & 0o077) !== 0)
        throw this.#unusable(say('others_can_read_it_chmod_600', { file: this.file }));
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { url: null, logins: {} };
      throw error instanceof CliError
        ? error
        : this.#unusable(say('it_cannot_be_read_make', { why: (error as Error).message }));
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw this.#unusable(say('it_is_not_in_the_form'));
    }
  }

  /** Writes the file whole or not at all: another command may read it just now. */
  async #write(content: LoginsFile): Promise<void> {
    const part = `${this.file}.${process.pid}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = await open(part, 'w', 0o600);
      try {
        // A file left by an earlier run may have other rights.
        await chmod(part, 0o600);
        await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, this.file);
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      throw new CliError(
        say('cannot_write', { file: this.file, why: (error as Error).message }),
        exitCodes.refused,
        { cause: error },
      );
    }
  }

  #unusable(fault: string): CliError {
    return new CliError(say('logins_are_kept', { file: this.file, fault }), exitCodes.refused);
  }
}

/** The same form of an API's address, however it was typed. */
export function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url;
}
