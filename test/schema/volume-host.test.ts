import { describe, expect, it } from 'vitest';
import { formatVolumeHost, isNoStorage, parseVolumeHost } from '../../schema/volume-host.ts';

describe('a volume host', () => {
  it('is split at its first colon, as Backend.AI does', () => {
    expect(parseVolumeHost('proxy1:volume:1')).toEqual({ proxy: 'proxy1', volume: 'volume:1' });
  });

  it('is written as it was read', () => {
    expect(formatVolumeHost({ proxy: 'proxy1', volume: 'a:b' })).toBe('proxy1:a:b');
  });

  it.each(['', 'proxy1', ':volume1', 'proxy1:', ':'])('%j is none', (text) => {
    expect(parseVolumeHost(text)).toBeNull();
  });

  it.each([
    ['', true],
    ['proxy1:noop', true],
    ['proxy1:noop2', false],
    ['noop:volume1', false],
    ['noop', false],
  ])('%j belongs to a folder without storage: %j', (host, expected) => {
    expect(isNoStorage(host)).toBe(expected);
  });
});
