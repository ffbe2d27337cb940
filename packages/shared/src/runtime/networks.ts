import { BlockList, isIP } from 'node:net';

/** The fault in the text of a network; undefined when it has none. */
export function networkProblem(text: string): string | undefined {
  try {
    networkList([text]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @param networks in CIDR notation, or single addresses. @throws RangeError for what is neither */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const [address = '', bits, ...rest] = text.split('/');
    const family = isIP(address);
    const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
    const isWhole = /^\d{1,3}$/.test(bits ?? '0') && length <= (family === 6 ? 128 : 32);
    if (family === 0 || rest.length > 0 || !isWhole) {
      throw new RangeError(`"${text}" is no network such as 192.168.10.0/24`);
    }
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
