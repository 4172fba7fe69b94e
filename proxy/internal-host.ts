import { BlockList, isIP } from 'node:net';

const INTERNAL = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  INTERNAL.addSubnet(network, bits, 'ipv4');
}
INTERNAL.addAddress('::1', 'ipv6');
INTERNAL.addSubnet('fc00::', 7, 'ipv6');
INTERNAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * Whether only this machine or a private network can reach what listens there. Any address at all (`0.0.0.0`, `::`) is
 * not internal; a name is taken to be, because only its resolver could tell.
 */
export function isInternalHost(host: string): boolean {
  const [address = ''] = host.split('%');
  const family = isIP(address);
  return family === 0 || INTERNAL.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
