import * as z from 'zod';
import { pageQuery } from './page.ts';
import { sessionStatuses } from './session-http.ts';
import { storableText } from './storable-text.ts';
import { timeText } from './time-texts.ts';
import { unavailableSourcesSchema } from './unavailable-sources.ts';

/** A filter; an empty one filters nothing. */
export const filterText = (description: string) =>
  storableText(128)
    .transform((text) => text.trim() || undefined)
    .optional()
    .describe(description);

/** A time over which sessions are requested, and which of them. */
export const evidenceQuery = {
  ...pageQuery,
  from: timeText(
    'From this time on: `now`, a time ago like `-8h` (s, m, h, d, w), or RFC 3339; 24 h before `to` when left out',
  ),
  to: timeText('Up to this time; some seconds ago when left out, as what is still on its way is not missing'),
  session: filterText('Id of a session'),
  task: filterText('Id or code of a task'),
  site: filterText('Code of a site of one of the devices'),
} as const;

/** The time that an answer is about, and what could not be asked for it. */
export const evidenceHead = {
  from: z.string(),
  to: z.string(),
  not_asked: unavailableSourcesSchema,
} as const;

/** A session as rows of evidence name it. */
export const evidenceSession = {
  session_id: z.string(),
  task_code: z.string(),
  task_name: z.string(),
  status: z.enum(sessionStatuses),
  /** Codes of the sites of its devices; an empty one for devices without one. */
  sites: z.array(z.string()),
} as const;
