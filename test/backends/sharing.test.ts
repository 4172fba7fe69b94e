import { describe, expect, it } from 'vitest';
import { createSharing } from '../../backends/sharing.ts';

const make = (stopping: AbortSignal) => ({ stopping });

describe('what is shared', () => {
  it('is made once for all who ask for the same', () => {
    const sharing = createSharing();
    const [a, b] = [sharing.join(), sharing.join()];
    const one = a.share('key', () => ({}));
    expect(b.share('key', () => ({}))).toBe(one);
    expect(b.share('other key', () => ({}))).not.toBe(one);
  });

  it('ends when the last one leaves, and is made anew for the next', () => {
    const sharing = createSharing();
    const [a, b] = [sharing.join(), sharing.join()];
    const one = a.share('key', make);
    b.share('key', make);
    a.leave();
    a.leave();
    expect(one.stopping.aborted).toBe(false);
    b.leave();
    expect(one.stopping.aborted).toBe(true);
    expect(sharing.join().share('key', make)).not.toBe(one);
  });
});
