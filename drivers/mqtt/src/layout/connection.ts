import { plainCode } from '@holdfast/driver/plain-text.ts';
import { secretNameSchema } from '@holdfast/driver/secret-name.ts';
import { tlsSchema } from '@holdfast/driver/tls-fields.ts';
import * as z from 'zod';

/** The fields of a device that are MQTT's own. */
export const connectionSchema = z.object({
  host: plainCode(z.string().min(1).max(253)),
  port: z.int().min(1).max(65535).default(1883),
  mqtt_version: z.enum(['5', '3.1.1']).default('5'),
  username: z.string().min(1).max(256).optional(),
  password: secretNameSchema.optional(),
  /** TLS is used where this is set, even to `{}`. */
  tls: tlsSchema.optional(),
  /** 1: a message is acknowledged once its values are safe; 0: the broker sends it once and forgets it. */
  qos: z.union([z.literal(0), z.literal(1)]).default(1),
  keep_alive_s: z.int().min(5).max(3_600).default(30),
  /** How long the broker keeps messages for us while they are not fetched; MQTT 5 alone can say so. */
  session_expiry_s: z.int().min(60).max(604_800).default(86_400),
});
export type MqttConnection = z.infer<typeof connectionSchema>;

/** The fields of a point that are MQTT's own. */
export const placeSchema = z.object({
  /** Topic filter, with a JSON Pointer behind `#` where the value is within JSON. */
  topic: z.string().min(1).max(1_024),
  /** JSON Pointer to the time that the source gives: RFC 3339, or seconds or ms since 1970. */
  time_at: z.string().max(256).optional(),
  /** Topic to which a write is published. */
  command_topic: z.string().min(1).max(1_024).optional(),
  /** The message of a write, in which `$value` stands for the value; the value alone unless set. */
  command_payload: z.string().min(1).max(4_096).optional(),
});
export type MqttPlace = z.infer<typeof placeSchema>;
