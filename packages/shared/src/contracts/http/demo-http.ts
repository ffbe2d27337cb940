import * as z from 'zod';

const body = z.looseObject({ code: z.string() });

/** Bodies for the calls of configuration, in the order in which they have to be made; they name each other by code. */
export const demoConfigurationSchema = z.object({
  sites: z.array(body),
  devices: z.array(body.extend({ site_code: z.string() })).min(1),
  points: z.array(body.extend({ device_code: z.string() })).min(1),
  tasks: z.array(body.extend({ device_codes: z.array(z.string()) })).min(1),
});
export type OfferedDemo = z.infer<typeof demoConfigurationSchema>;

/** Null where no simulator was started next to the API. */
export const demoSchema = z.object({ configuration: demoConfigurationSchema.nullable() });
export type DemoView = z.infer<typeof demoSchema>;
