import { type BlockList, isIP } from 'node:net';
import type { ApiKeyRecord, Grant } from '@holdfast/shared/contracts/api-key.ts';
import { networkList } from '@holdfast/shared/runtime/networks.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { accessText } from './texts.ts';

/** Parsed networks, made once for each record since every request needs them. */
const lists = new WeakMap<ApiKeyRecord, BlockList>();

export interface KeyCaller {
  readonly kind: 'key';
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** A caller who may do nothing, and why. `id` and `name` are those of a key that was good once, or is good elsewhere. */
export interface RefusedCaller {
  readonly kind: 'refused';
  readonly problem: Error;
  readonly id?: string;
  readonly name?: string;
}

/** Checks the key of a header `Authorization: Bearer …`, once the keys are known. */
export function checkBearerKey(
  keys: Pick<ApiKeys, 'check' | 'noteUse'>,
  authorization: string,
  address: string | undefined,
): KeyCaller | RefusedCaller {
  const checked = keys.check(/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
  if (checked.ok) {
    const { id, name, grants } = checked.key;
    if (!mayBeUsedFrom(checked.key, address)) {
      return { kind: 'refused', problem: keyNotFromHere(address), id, name };
    }
    keys.noteUse(id);
    return { kind: 'key', id, name, grants };
  }
  if (checked.why === 'unknown') return { kind: 'refused', problem: keyNotValid() };
  const { id, name } = checked.key;
  return { kind: 'refused', problem: keyOver(checked.why), id, name };
}

function keyNotValid(): Problem {
  return new Problem('key_not_valid', accessText('key_not_valid'));
}

function keyOver(why: 'expired' | 'revoked'): Problem {
  return new Problem(`key_${why}`, accessText('ask_an_administrator_for_a_new'));
}

/** The refusal does not show a thief where the key could be used. */
function keyNotFromHere(address: string | undefined): Problem {
  return new Problem(
    'key_not_from_here',
    accessText('key_not_from_here', { address: address ?? accessText('an_unknown_address') }),
  );
}

/** Whether the key may be used from this address, the connection's or the one that a trusted proxy names. */
export function mayBeUsedFrom(key: ApiKeyRecord, address: string | undefined): boolean {
  if (key.networks.length === 0) return true;
  const family = isIP(address ?? '');
  if (address === undefined || family === 0) return false;
  let list = lists.get(key);
  if (!list) {
    try {
      list = networkList(key.networks);
    } catch {
      // A list that cannot be read opens nothing.
      return false;
    }
    lists.set(key, list);
  }
  // An IPv4 address that arrives over IPv6 (::ffff:192.0.2.5) is in the same networks as over IPv4. The zone of a
  // link-local address (%eth0) is this machine's own name for the link.
  return list.check(address.split('%', 1)[0] ?? '', family === 6 ? 'ipv6' : 'ipv4');
}
