import { plainHost } from '@holdfast/driver/host-name.ts';
import { secretNamePattern } from '@holdfast/driver/secret-name.ts';
import type { Text } from '@holdfast/texts/text.ts';
import * as z from 'zod';
import { collectorText } from './words/collector-texts.ts';

/** Next to the secrets, in the folder DEVICE_SECRETS. */
export const secretBindingsFile = 'bindings.json';

const any = '*';

/** The devices that may use a secret. */
export const secretBindingSchema = z.strictObject({
  /** Codes of sites; `*`: all, and devices without a site. */
  sites: z.array(z.string().min(1).max(128)).min(1).max(1_000),
  /** `host` or `host:port`, as devices name them; `*`: all. */
  hosts: z.array(z.string().min(1).max(300)).min(1).max(1_000),
});

/** By name of the secret. */
export const secretBindingsSchema = z.record(z.string().regex(secretNamePattern), secretBindingSchema);
export type SecretBindings = z.infer<typeof secretBindingsSchema>;

/** The device and server for which a secret is wanted. */
export interface SecretUse {
  /** Code of the device's site; empty for none. */
  readonly site: string;
  readonly host: string;
  readonly port: number;
}

/** Why a device may not use a secret, for people, or undefined if it may. */
export function secretRefusal(
  bindings: SecretBindings,
  name: string,
  { site, host, port }: SecretUse,
): Text | undefined {
  const binding = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
  if (!binding) {
    return collectorText('secret_is_bound_to_nothing', { name });
  }
  const { sites, hosts } = binding;
  if (!sites.includes(any) && !sites.includes(site)) {
    return site === ''
      ? collectorText('secret_needs_a_site', { name })
      : collectorText('secret_is_not_for_site', { name, site });
  }
  // Only those who may use the secret at this site learn its hosts.
  return hosts.some((each) => isHost(each, host, port))
    ? undefined
    : collectorText('secret_is_not_for_server', {
        ...{ name, server: `${host}:${port}` },
        hosts: hosts.join(', '),
      });
}

function isHost(bound: string, host: string, port: number): boolean {
  if (bound === any) return true;
  const [, name = bound, itsPort] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(isBareIpv6(bound) ? '' : bound) ?? [];
  return plainHost(name) === plainHost(host) && (itsPort === undefined || Number(itsPort) === port);
}

/** An IPv6 address without brackets has no port. */
const isBareIpv6 = (text: string) => !text.startsWith('[') && text.split(':').length > 2;
