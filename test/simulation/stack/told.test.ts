import { beforeEach, describe, expect, it } from 'vitest';
import { volume } from '../../manager/graphql/fixture.ts';
import { createTold, type Told } from './told.ts';

let told: Told;
beforeEach(() => {
  told = createTold();
  told.takeSnapshot([volume('p:v1')], 1);
  told.takeSnapshot([volume('p:v2')], 0);
  told.takeId('e:1');
});

const known = () => {
  const { volumes, lastEventId } = told.known();
  return [[...volumes.keys()], lastEventId];
};

describe('what a subscriber was told', () => {
  it('is a snapshot once it has all of it', () => {
    const first = known();

    told.takeSnapshot([volume('p:v3')], 1);
    const within = known();
    told.takeSnapshot([volume('p:v4')], 0);
    told.takeId('e:2');

    expect([first, within, known()]).toEqual([
      [['p:v1', 'p:v2'], 'e:1'],
      [['p:v1', 'p:v2'], null],
      [['p:v3', 'p:v4'], 'e:2'],
    ]);
  });

  it('is nothing of a snapshot that was cut', () => {
    told.takeSnapshot([volume('p:v3')], 1);
    told.cut();

    told.takeVolume('p:v4', volume('p:v4'));

    expect([known(), told.since()]).toEqual([[['p:v1', 'p:v2', 'p:v4'], 'e:1'], 'e:1']);
  });

  it('is no volume that was told to be gone', () => {
    told.takeVolume('p:v1', null);

    expect(known()).toEqual([['p:v2'], 'e:1']);
  });
});
