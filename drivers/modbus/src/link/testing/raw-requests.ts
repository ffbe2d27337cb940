import type { Command, Group } from '@holdfast/driver/requests.ts';
import { quoted } from '@holdfast/texts/text.ts';
import type { ReadRequest, WriteRequest } from '../../layout/requests.ts';

/** A read that no plan has made, as a link takes it. */
export function groupOf(request: ReadRequest): Group {
  const shared = { decode: () => undefined, extentOf: () => undefined };
  return { key: '', values: [], inWords: () => quoted(''), describe: () => ({}), ...{ request, shared } };
}

/** A write that no plan has made, as a link takes it. */
export function commandOf(request: WriteRequest): Command {
  return { sent: [], ...{ request } };
}
