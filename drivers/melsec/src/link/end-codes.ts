import { DriverFailure, type FailureKind, type FailureScope } from '@holdfast/driver/failure.ts';
import type { Frame } from '../layout/connection.ts';

interface EndCode {
  readonly means: string;
  /** `refused` unless set. */
  readonly kind?: FailureKind;
  /** `group` unless set. */
  readonly scope?: FailureScope;
}

const beyond =
  'beyond the last number of this device: correct the address, or the device range in the PLC parameters';
const tooMany = 'more points than it gives at once: set max_words or max_bits lower, or choose its series';
const malformed =
  'it does not understand the request: check frame, data_code and series against its parameters';
const locked =
  'locked by a remote password: unlock it, or leave this connection out of the password check in GX Works';
const noWriting =
  'writing while it runs is not allowed: permit it ("Enable online change" in the Ethernet settings of GX Works)';
const stationSilent =
  'the station behind it does not answer: check network_no, pc_no, module_io and module_station';

/**
 * End codes of frames 3E and 4E. QnUCPU User's Manual (Communication via Built-in Ethernet Port) (SH-080811), 5.1.4; Q Corresponding
 * Ethernet Interface Module User's Manual (Basic) (SH-080009), 11.3.3; SLMP Reference Manual (SH-080956), "Error codes".
 */
const endCodes3e: ReadonlyMap<number, EndCode> = new Map<number, EndCode>([
  [0x0055, { means: noWriting }],
  [0x4030, { means: 'it has no such device: check the address against its series', scope: 'points' }],
  [0x4031, { means: beyond, scope: 'points' }],
  [0xc050, { means: 'ASCII that it cannot read: set data_code as its parameters have it' }],
  ...[0xc051, 0xc052, 0xc053, 0xc054].map((code) => [code, { means: tooMany, scope: 'points' }] as const),
  [0xc056, { means: beyond, scope: 'points' }],
  [0xc058, { means: malformed }],
  [0xc059, { means: 'it does not know this command: check frame and series against its manual' }],
  [0xc05b, { means: 'this device cannot be read or written from outside', scope: 'points' }],
  [0xc05c, { means: 'this device cannot be read or written in bits', scope: 'points' }],
  [0xc05f, { means: stationSilent, scope: 'device' }],
  [0xc060, { means: malformed }],
  [0xc061, { means: malformed }],
  [0xc06f, { means: 'it is set to the other data code: set data_code as its parameters have it' }],
  [0xc200, { means: locked, kind: 'auth' }],
  [0xc201, { means: locked, kind: 'auth' }],
  [0xc204, { means: locked, kind: 'auth' }],
  [0xcee0, { means: 'busy with another request', kind: 'busy' }],
  [0xcee1, { means: 'the request is longer than it takes: set max_words lower', scope: 'points' }],
  [0xcee2, { means: tooMany, scope: 'points' }],
  [0xcf70, { means: stationSilent, scope: 'device' }],
  [0xcf71, { means: stationSilent, scope: 'device' }],
]);

/** End codes of frames 1E. FX3U-ENET User's Manual (JY997D18101), 11.4.1; FX3U-ENET-ADP User's Manual (JY997D45801), 9.3.2. */
const endCodes1e: ReadonlyMap<number, EndCode> = new Map<number, EndCode>([
  [0x50, { means: malformed }],
  [0x54, { means: 'ASCII that it cannot read: set data_code as its parameters have it' }],
  [0x56, { means: 'it has no such device: check the address against its series', scope: 'points' }],
  [0x57, { means: tooMany, scope: 'points' }],
  [0x58, { means: beyond, scope: 'points' }],
  [
    0x5b,
    {
      means: 'the CPU does not answer its Ethernet module: check pc_no, and whether it is in an error',
      scope: 'device',
    },
  ],
  [0x60, { means: 'the CPU took too long to answer its Ethernet module', scope: 'device' }],
]);

/** A refusal in words that say what to do. */
export function refusalOf(frame: Frame, endCode: number, abnormalCode?: number): DriverFailure {
  const meaning = (frame === '1E' ? endCodes1e : endCodes3e).get(endCode);
  const { means = elsewhere(frame, endCode), kind = 'refused', scope } = meaning ?? {};
  const digits = inHex(endCode, frame === '1E' ? 2 : 4);
  const abnormal = abnormalCode === undefined ? '' : `, abnormal code ${inHex(abnormalCode, 2)}`;
  return new DriverFailure(kind, `end code ${digits}${abnormal}: ${means}`, { code: endCode, scope });
}

function elsewhere(frame: Frame, endCode: number): string {
  if (frame !== '1E' && endCode >= 0x4000 && endCode <= 0x4fff) {
    return "an error of the CPU, which its user's manual names among the error codes";
  }
  return "the user's manual of its Ethernet module has it among the error codes";
}

function inHex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
