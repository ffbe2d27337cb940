import type { Command } from '../command.ts';
import { localTime } from '../output/local-time.ts';

export const firstLink: Command = {
  words: ['users', 'first-link'],
  about: 'shows_a_link_that_makes',
  operands: [],
  options: {},
  async run({ api, print }) {
    const link = await api.post('/api/system/users/first-link/', {});
    print.fields(link, [
      ['field_link', link.url],
      ['field_until', localTime(link.expires_at)],
    ]);
  },
};
