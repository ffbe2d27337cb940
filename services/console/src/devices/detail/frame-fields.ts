import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';

type Frame = NonNullable<DeviceTestView['requests'][number]['heard']>[number];

export interface FrameField {
  /** Undefined for bytes that belong to no part. */
  readonly part: string | undefined;
  /** Text of the field, or its bytes in hexadecimal, separated by spaces. */
  readonly text: string;
}

/** The parts of a frame in the form in which they are shown. */
export function fieldsOfFrame({ bytes: hex, parts }: Pick<Frame, 'bytes' | 'parts'>): FrameField[] {
  const bytes = (hex.match(/../g) ?? []).map((each) => each.toUpperCase());
  let at = 0;
  const take = (length: number) => {
    at += length;
    return bytes.slice(at - length, at).join(' ');
  };
  const fields = parts.map(({ part, length, text }) => {
    const hexBytes = take(length);
    return { part, text: text ?? hexBytes };
  });
  const rest = take(bytes.length);
  return rest === '' ? fields : [...fields, { part: undefined, text: rest }];
}
