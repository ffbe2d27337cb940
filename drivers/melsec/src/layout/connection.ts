import * as z from 'zod';
import { plcSeries } from './devices.ts';

export const frames = ['3E', '4E', '1E'] as const;
export type Frame = (typeof frames)[number];
/** How fields are laid out on the line. */
export const dataCodes = ['binary', 'ascii'] as const;
export type DataCode = (typeof dataCodes)[number];
/** "Communication data code" of GX Works: FX5 has two ASCII codes, one of them with octal numbers for X and Y. */
export const dataCodeSettings = [...dataCodes, 'ascii_xy_octal'] as const;

/** The fields of a device that are MELSEC's own. */
export const connectionSchema = z.object({
  host: z.string().min(1).max(253),
  /** Set in the PLC's parameters; there is no usual port. */
  port: z.int().min(1).max(65535),
  frame: z.enum(frames).default('3E'),
  data_code: z.enum(dataCodeSettings).default('binary'),
  series: z.enum(plcSeries).default('q'),
  /** The station to read: by default these four fields mean the PLC that we are connected to. */
  network_no: z.int().min(0).max(239).default(0),
  pc_no: z.int().min(0).max(255).default(255),
  /** 1023 (3FFH) is the CPU that controls the module. */
  module_io: z.int().min(0).max(0xffff).default(0x3ff),
  module_station: z.int().min(0).max(31).default(0),
  /** Largest reads; the limits of frame, data code and series unless set. */
  max_words: z.int().min(1).max(960).optional(),
  max_bits: z.int().min(1).max(7168).optional(),
});
export type MelsecConnection = z.infer<typeof connectionSchema>;
