import * as z from 'zod';

/**
 * CloudEvents 1.0, structured JSON. `subject` is the session id; `data.schema_version` is the version of
 * `data`. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export const cloudEventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  time: z.iso.datetime({ offset: true }),
  subject: z.string().min(1),
  datacontenttype: z.string().optional(),
  data: z.looseObject({ schema_version: z.int().positive() }),
});

export type CloudEvent = z.infer<typeof cloudEventSchema>;
