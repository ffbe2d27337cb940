import * as z from 'zod';

/** Sources that did not answer, and the parts of the answer that are missing for it. Empty as a rule. */
export const notAskedSchema = z.array(z.object({ what: z.enum(['broker', 'store']), detail: z.string() }));
export type NotAsked = z.infer<typeof notAskedSchema>;
