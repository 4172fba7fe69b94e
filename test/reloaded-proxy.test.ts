import { beforeEach, describe, expect, it } from 'vitest';
import { settled } from './fake-clock.ts';
import { createWorld, proxyToml } from './world.ts';

let world: ReturnType<typeof createWorld>;
beforeEach(async () => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1', 'volume2']);
  world.startProxy('proxy2', []);
  await world.clock.advance(30_000);
  world.transitions.length = 0;
});

const volumes = async () => {
  const { volumeHealthList } = (await world.query(
    '{ volumeHealthList(proxyName: "proxy1") { volumeId status reason since } }',
  )) as { volumeHealthList: { volumeId: string; status: string; reason: string; since: string }[] };
  return volumeHealthList;
};
const verdicts = async () => (await volumes()).map(({ volumeId, status, reason }) => `${volumeId} ${status} ${reason}`);

describe('a manager whose proxy goes on with other volumes', () => {
  it('hears at once, by the stream, of those that have gone and those that are new', async () => {
    const kept = (await volumes()).find(({ volumeId }) => volumeId === 'volume2');
    world.asked.length = 0;
    world.reloadProxy('proxy1', proxyToml(['volume2', 'volume3']));
    await settled();
    expect(await verdicts()).toEqual(['volume2 HEALTHY OK', 'volume3 UNKNOWN NOT_CHECKED']);
    expect(world.asked).toEqual([]);
    await world.clock.advance(2_000);
    expect(await verdicts()).toEqual(['volume2 HEALTHY OK', 'volume3 HEALTHY OK']);
    expect(await volumes()).toContainEqual(kept);
    // That a volume is new, and well, is no transition.
    expect(world.transitions).toEqual(['proxy1:volume1 unknown NOT_REPORTED soft']);
  });

  it('hears of it by its next poll, where it does not listen', async () => {
    world.cutStreams('proxy1');
    world.reloadProxy('proxy1', proxyToml(['volume2']));
    await world.clock.advance(1);
    expect(await verdicts()).toEqual(['volume2 HEALTHY OK']);
  });

  it('is not alarmed by a volume that is asked something else, and is well there, too', async () => {
    const before = await volumes();
    world.reloadProxy('proxy1', proxyToml(['volume1', 'volume2']).replace('path = "/volume1"', 'path = "/elsewhere"'));
    await settled();
    expect(await verdicts()).toEqual(['volume1 UNKNOWN NOT_CHECKED', 'volume2 HEALTHY OK']);
    await world.clock.advance(2_000);
    expect(await volumes()).toEqual(before);
    expect(world.transitions).toEqual([]);
  });
});
