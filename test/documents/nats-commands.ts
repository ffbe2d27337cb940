import { parseArgs } from 'node:util';

/** A thing of the broker that a command of the NATS tool names. */
export type BrokerObject =
  | { readonly kind: 'stream'; readonly name: string }
  | { readonly kind: 'consumer'; readonly stream: string; readonly name: string }
  | { readonly kind: 'bucket'; readonly name: string }
  | { readonly kind: 'key'; readonly bucket: string; readonly name: string }
  | { readonly kind: 'objects'; readonly name: string }
  | { readonly kind: 'subject'; readonly name: string };

type Reader = (args: readonly string[], lastFor: string | undefined) => readonly BrokerObject[];

const stream: Reader = ([name = ''], lastFor) => [
  { kind: 'stream', name },
  ...(lastFor === undefined ? [] : [{ kind: 'subject' as const, name: lastFor }]),
];
const consumer: Reader = ([name = '', durable = '']) => [{ kind: 'consumer', stream: name, name: durable }];
const bucket: Reader = ([name = '', key]) => [
  { kind: 'bucket', name },
  ...(key === undefined ? [] : [{ kind: 'key' as const, bucket: name, name: key }]),
];
const nothing: Reader = () => [];

/** The commands that the documents use; look any other one up first. https://github.com/nats-io/natscli */
const readers: Readonly<Record<string, Reader>> = {
  'stream ls': nothing,
  'stream report': nothing,
  'stream info': stream,
  'stream view': stream,
  'stream get': stream,
  'stream subjects': stream,
  'stream edit': stream,
  'consumer report': stream,
  'consumer info': consumer,
  'consumer rm': consumer,
  'kv ls': bucket,
  'kv get': bucket,
  'kv watch': bucket,
  'object ls': ([name = '']) => [{ kind: 'objects', name }],
  sub: ([name = '']) => [{ kind: 'subject', name }],
};

/** @throws when the command is not known here */
export function objectsOfCommand(command: string): readonly BrokerObject[] {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const { values, positionals } = parseArgs({
    args: words.slice(1),
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      nkey: { type: 'string' },
      'inbox-prefix': { type: 'string' },
      'last-for': { type: 'string' },
      'max-bytes': { type: 'string' },
      all: { type: 'boolean' },
      last: { type: 'boolean' },
      new: { type: 'boolean' },
      raw: { type: 'boolean' },
      force: { type: 'boolean' },
    },
  });
  const [first = '', second = ''] = positionals;
  const name = first in readers ? first : `${first} ${second}`;
  const reader = readers[name];
  if (words[0] !== 'nats' || reader === undefined) throw new Error(`not known here: ${command}`);
  return reader(positionals.slice(name.split(' ').length), values['last-for']);
}
