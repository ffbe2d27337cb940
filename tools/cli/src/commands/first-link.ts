import type { Command } from '../command.ts';
import { localTime } from '../output/local-time.ts';

export const firstLink: Command = {
  words: ['users', 'first-link'],
  about: 'Shows a link that makes the first administrator, as long as there is none.',
  operands: [],
  options: {},
  async run({ api, print }) {
    const link = await api.post('/api/system/users/first-link/', {});
    print.fields(link, [
      ['link', link.url],
      ['until', localTime(link.expires_at)],
    ]);
  },
};
