import { type ListenAddress, parseAddress } from '../schema/proxy-config.ts';
import { CannotRun } from './run.ts';

/** The address of a `--listen` option; null where it was not given. */
export function listenAddress(option: string | undefined): ListenAddress | null {
  if (option === undefined) return null;
  const address = parseAddress(option);
  if (address === null) throw new CannotRun(`--listen expects HOST:PORT such as 127.0.0.1:6022, found "${option}"`);
  return address;
}
