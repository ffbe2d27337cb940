import type { DriverFailure } from '@holdfast/driver/failure.ts';
import type { MissCause } from '@holdfast/shared/contracts/sample/sample.ts';

/** The cause that a failure gives to a tick without values. */
export function missCauseOf({
  kind,
}: Pick<DriverFailure, 'kind'>): Extract<MissCause, 'timeout' | 'connection' | 'exception'> {
  switch (kind) {
    case 'timeout':
      return 'timeout';
    case 'refused':
    case 'busy':
      return 'exception';
    case 'connection':
    case 'auth':
    case 'config':
      return 'connection';
    default:
      return kind satisfies never;
  }
}
