import { describe, expect, it } from 'vitest';
import { jsonOf, requestFor } from './asking.ts';
import { ONTAP_TOKEN } from './netapp.ts';
import { BY_NAME, BY_UUID, create, LEAN, LIFS, MEMBERS, nextOf, RICH, rowsOf, VOLUMES } from './netapp-calls.ts';
import { VOLUME_UUID } from './netapp-volumes.ts';

describe('the fields', () => {
  it('are name and UUID unless more is asked for', () => {
    expect(rowsOf(`${VOLUMES}?name=scratch_a`)).toEqual([{ uuid: VOLUME_UUID, name: 'scratch_a' }]);
  });

  it('leave out what is expensive unless it is named', () => {
    const [all] = rowsOf(`${BY_NAME}&fields=*`);
    const [named] = rowsOf(`${BY_NAME}&fields=nas.path`);

    expect([all, named]).toMatchObject([
      { state: 'online', space: { used: 4846201586524 } },
      { nas: { path: '/scratch_a' } },
    ]);
    for (const expensive of ['nas', 'error_state', 'files', 'space.footprint'])
      expect(all).not.toHaveProperty(expensive);
    expect(named).not.toHaveProperty('state');
  });

  it('of a single record are the cheap ones unless some are asked for', () => {
    const record = jsonOf(create().ask(`${VOLUMES}/${VOLUME_UUID}`, 'well'));

    expect(record).toMatchObject({ state: 'online', style: 'flexvol' });
    expect(record).not.toHaveProperty('nas');
  });

  it.each([
    ['well', `${VOLUMES}?fields=state,favourite_colour`],
    ['old-release', RICH],
    ['old-release', BY_UUID],
  ])('must be known, in the state %s', (state, url) => {
    const answer = create().ask(url, state);

    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ error: { code: '262197', target: 'fields' } });
  });

  it('may be unknown if the client says so, to releases that understand that', () => {
    const { ask } = create();
    const url = `${VOLUMES}?fields=state,favourite_colour&ignore_unknown_fields=true`;

    expect(ask(url, 'well').status).toBe(200);
    expect(jsonOf(ask(url, 'old-release'))).toMatchObject({ error: { code: '262179' } });
  });

  it('that are few are known to an old release', () => {
    expect(rowsOf(LEAN, 'old-release')).toEqual(rowsOf(LEAN, 'well'));
  });
});

describe('links', () => {
  it('to a record itself are only for those who ask for them', () => {
    const { appliance } = create();
    const authorization = `Bearer ${ONTAP_TOKEN}`;
    const headers = { authorization, accept: 'application/hal+json' };

    expect(jsonOf(appliance.answer(requestFor(LEAN, headers), 'well'))).toHaveProperty('records.0._links.self.href');
    expect(jsonOf(appliance.answer(requestFor(LEAN, { authorization }), 'well'))).not.toHaveProperty('_links');
  });

  it('lead through pages of the size that is asked for', () => {
    const first = `${VOLUMES}?max_records=3&fields=svm.name`;
    const second = nextOf(first, 'well');

    expect([rowsOf(first), rowsOf(second)].map((rows) => rows.length)).toEqual([3, 1]);
    expect(jsonOf(create().ask(second, 'well'))).not.toHaveProperty('_links');
  });

  it('lead from an empty page to the record in a slow collection', () => {
    expect(rowsOf(RICH, 'slow-collection')).toEqual([]);
    expect(jsonOf(create().ask(RICH, 'slow-collection'))).not.toHaveProperty('num_records');
    expect(rowsOf(nextOf(RICH, 'slow-collection'), 'slow-collection')).toEqual(rowsOf(RICH));
  });

  it('lead on and on in an empty list', () => {
    const first = nextOf(RICH, 'empty-list');
    const second = nextOf(first, 'empty-list');

    expect(rowsOf(second, 'empty-list')).toEqual([]);
    expect(second).not.toBe(first);
  });

  it('lead to somebody else, on and on, when hostile', () => {
    const first = new URL(nextOf(RICH, 'hostile-next'));
    const second = new URL(nextOf(first.pathname + first.search, 'hostile-next'));

    expect([first.origin, second.origin]).toEqual(['https://attacker.invalid', 'https://attacker.invalid']);
    expect(second.search).not.toBe(first.search);
  });
});

describe('filters', () => {
  it.each([
    [`${VOLUMES}?name=scratch_a|home`, 2],
    [`${VOLUMES}?name=svm*`, 1],
    [`${VOLUMES}?name=!home`, 3],
    [`${VOLUMES}?aggregates.name=n2_nvme`, 2],
    [`${VOLUMES}?is_svm_root=true`, 1],
    [LIFS, 2],
    ['/api/network/ip/interfaces', 4],
  ])('%s finds %d', (url, count) => {
    expect(rowsOf(url)).toHaveLength(count);
  });

  it('are of fields that there are', () => {
    expect(jsonOf(create().ask(`${VOLUMES}?colour=red`, 'well'))).toMatchObject({
      error: { code: '262179', target: 'colour' },
    });
  });

  it('by the SVM tell volumes of one name apart, if they are heard', () => {
    const twins = `${VOLUMES}?name=scratch_a`;

    expect([twins, LEAN].map((url) => rowsOf(url, 'ambiguous').length)).toEqual([2, 1]);
    expect([twins, LEAN].map((url) => rowsOf(url, 'ambiguous-despite-filter').length)).toEqual([2, 2]);
  });

  it('show constituents to those who ask for them alone', () => {
    const offline = rowsOf(MEMBERS, 'mixed').filter(({ state }) => state === 'offline');

    expect(rowsOf(`${VOLUMES}?name=scratch_a*`, 'mixed')).toHaveLength(1);
    expect(rowsOf(MEMBERS, 'mixed')).toHaveLength(8);
    expect(offline).toMatchObject([{ name: 'scratch_a__0005' }]);
    expect(rowsOf(MEMBERS, 'well')).toEqual([]);
  });
});
