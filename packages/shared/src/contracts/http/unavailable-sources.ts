import * as z from 'zod';

/** Sources that did not answer, and the parts of the answer that are missing therefore. Usually empty. */
export const unavailableSourcesSchema = z.array(
  z.object({ what: z.enum(['broker', 'store']), detail: z.string() }),
);
export type UnavailableSources = z.infer<typeof unavailableSourcesSchema>;
