import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';

type Heard = NonNullable<DeviceTestView['requests'][number]['heard']>[number];

export interface FrameField {
  /** Undefined of bytes that are no part of anything. */
  readonly part: string | undefined;
  /** Its text, or its bytes in hexadecimal with a space between. */
  readonly shown: string;
}

/** The parts of a frame as they are shown. */
export function fieldsOfFrame({ bytes: hex, parts }: Pick<Heard, 'bytes' | 'parts'>): FrameField[] {
  const bytes = (hex.match(/../g) ?? []).map((each) => each.toUpperCase());
  let at = 0;
  const take = (length: number) => {
    const taken = bytes.slice(at, at + length).join(' ');
    at += length;
    return taken;
  };
  const fields = parts.map(({ part, length, text }) => {
    const taken = take(length);
    return { part, shown: text ?? taken };
  });
  const rest = take(bytes.length);
  return rest === '' ? fields : [...fields, { part: undefined, shown: rest }];
}
