import { DriverFailure, type FailureKind, type FailureScope } from '@holdfast/driver/failure.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { Frame } from '../layout/connection.ts';
import { melsecText } from '../texts.ts';

interface EndCode {
  readonly means: Text;
  /** `refused` unless set. */
  readonly kind?: FailureKind;
  /** `group` unless set. */
  readonly scope?: FailureScope;
}

const beyond = melsecText('number_beyond_the_last');
const tooMany = melsecText('too_many_points_at_once');
const malformed = melsecText('request_not_understood');
const locked = melsecText('remote_password');
const noWriting = melsecText('no_writing_in_run');
const stationSilent = melsecText('station_silent');

/**
 * End codes of frames 3E and 4E. QnUCPU User's Manual (Communication via Built-in Ethernet Port) (SH-080811), 5.1.4; Q Corresponding
 * Ethernet Interface Module User's Manual (Basic) (SH-080009), 11.3.3; SLMP Reference Manual (SH-080956), "Error codes".
 */
const endCodes3e: ReadonlyMap<number, EndCode> = new Map<number, EndCode>([
  [0x0055, { means: noWriting }],
  [0x4030, { means: melsecText('no_such_plc_device'), scope: 'points' }],
  [0x4031, { means: beyond, scope: 'points' }],
  [0xc050, { means: melsecText('ascii_unreadable') }],
  ...[0xc051, 0xc052, 0xc053, 0xc054].map((code) => [code, { means: tooMany, scope: 'points' }] as const),
  [0xc056, { means: beyond, scope: 'points' }],
  [0xc058, { means: malformed }],
  [0xc059, { means: melsecText('unknown_command') }],
  [0xc05b, { means: melsecText('not_accessible_from_outside'), scope: 'points' }],
  [0xc05c, { means: melsecText('not_accessible_in_bits'), scope: 'points' }],
  [0xc05f, { means: stationSilent, scope: 'device' }],
  [0xc060, { means: malformed }],
  [0xc061, { means: malformed }],
  [0xc06f, { means: melsecText('other_data_code') }],
  [0xc200, { means: locked, kind: 'auth' }],
  [0xc201, { means: locked, kind: 'auth' }],
  [0xc204, { means: locked, kind: 'auth' }],
  [0xcee0, { means: melsecText('busy'), kind: 'busy' }],
  [0xcee1, { means: melsecText('request_too_long'), scope: 'points' }],
  [0xcee2, { means: tooMany, scope: 'points' }],
  [0xcf70, { means: stationSilent, scope: 'device' }],
  [0xcf71, { means: stationSilent, scope: 'device' }],
]);

/** End codes of frames 1E. FX3U-ENET User's Manual (JY997D18101), 11.4.1; FX3U-ENET-ADP User's Manual (JY997D45801), 9.3.2. */
const endCodes1e: ReadonlyMap<number, EndCode> = new Map<number, EndCode>([
  [0x50, { means: malformed }],
  [0x54, { means: melsecText('ascii_unreadable') }],
  [0x56, { means: melsecText('no_such_plc_device'), scope: 'points' }],
  [0x57, { means: tooMany, scope: 'points' }],
  [0x58, { means: beyond, scope: 'points' }],
  [
    0x5b,
    {
      means: melsecText('cpu_silent'),
      scope: 'device',
    },
  ],
  [0x60, { means: melsecText('cpu_slow'), scope: 'device' }],
]);

/** A refusal in words that say what to do. */
export function refusalOf(frame: Frame, endCode: number, abnormalCode?: number): DriverFailure {
  const meaning = (frame === '1E' ? endCodes1e : endCodes3e).get(endCode);
  const { means = elsewhere(frame, endCode), kind = 'refused', scope } = meaning ?? {};
  const digits = inHex(endCode, frame === '1E' ? 2 : 4);
  const text =
    abnormalCode === undefined
      ? melsecText('end_code', { code: digits, why: means })
      : melsecText('end_code_abnormal', { code: digits, abnormal: inHex(abnormalCode, 2), why: means });
  return new DriverFailure(kind, text, { code: endCode, scope });
}

function elsewhere(frame: Frame, endCode: number): Text {
  if (frame !== '1E' && endCode >= 0x4000 && endCode <= 0x4fff) {
    return melsecText('cpu_error');
  }
  return melsecText('ethernet_module_error');
}

function inHex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
