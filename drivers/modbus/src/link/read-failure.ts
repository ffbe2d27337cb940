import { DriverFailure, type FailureKind, type FailureScope } from '@holdfast/driver/failure.ts';
import type { Text } from '@holdfast/texts/text.ts';

type Cause = 'timeout' | 'connection' | 'exception';

/** Exceptions of the specification's section 7. */
const illegalAddress = 2;
/** Some devices answer with this when the quantity, or a part of the range, is more than they have. */
const illegalValue = 3;
const acknowledge = 5;
const deviceBusy = 6;
/** A gateway answers with these for a unit behind it, after its own timeout. */
const gatewayPathUnavailable = 10;
const gatewayTargetSilent = 11;

/** A failure of Modbus in its own words. */
export class ReadFailure extends DriverFailure {
  readonly missCause: Cause;
  /** Modbus exception code, when the device answered with one. */
  readonly exceptionCode: number | undefined;

  constructor(
    missCause: Cause,
    text: Text,
    options: ErrorOptions & { exceptionCode?: number; wasSent?: boolean; isHeldBack?: boolean } = {},
  ) {
    const { exceptionCode: code, ...rest } = options;
    const kind = missCause === 'exception' ? kindOf(code) : missCause;
    super(kind, text, { ...rest, ...(missCause === 'exception' && { code, scope: scopeOf(code) }) });
    this.missCause = missCause;
    this.exceptionCode = code;
  }
}

function kindOf(code: number | undefined): FailureKind {
  return code === acknowledge || code === deviceBusy ? 'busy' : 'refused';
}

function scopeOf(code: number | undefined): FailureScope {
  if (code === illegalAddress || code === illegalValue) return 'points';
  return code === gatewayPathUnavailable || code === gatewayTargetSilent ? 'device' : 'group';
}
