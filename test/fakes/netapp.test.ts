import { describe, expect, it } from 'vitest';
import { jsonOf, requestFor, textOf } from './asking.ts';
import { basicToken } from './basic-credentials.ts';
import { netapp, ONTAP_TOKEN } from './netapp.ts';
import {
  AGGREGATES,
  BY_NAME,
  BY_UUID,
  CALLS,
  create,
  LEAN,
  LIFS,
  NODES,
  RICH,
  type Row,
  rowsOf,
  SVM_CALL,
  VOLUMES,
} from './netapp-calls.ts';
import { SVM } from './netapp-volumes.ts';

describe('netapp', () => {
  it('is well first', () => {
    expect(Object.keys(netapp.states)[0]).toBe('well');
  });

  it.each(Object.keys(netapp.states))('answers every call in the state %s', (state) => {
    const { ask } = create();

    for (const call of CALLS) {
      const { status, headers, body } = ask(call, state);

      expect(status).toBeGreaterThanOrEqual(200);
      expect(textOf(body)).not.toBe('');
      expect(headers).toHaveProperty('content-type');
    }
  });

  it.each(Object.keys(netapp.states).filter((state) => state !== 'well'))(
    'says otherwise than well when %s',
    (state) => {
      const { ask } = create();
      const saidWhen = (name: string) => CALLS.map((call) => textOf(ask(call, name).body));

      expect(saidWhen(state)).not.toEqual(saidWhen('well'));
    },
  );

  it('has no state that it does not name', () => {
    expect(() => create().ask(LEAN, 'weird')).toThrow('netapp has no state weird');
  });

  it('prints integers of 64 bits as they are', () => {
    const { body } = create().ask(`${BY_NAME}&fields=statistics`, 'well');

    expect(body).toContain('"throughput_raw":{"read":18446744073709551615,');
  });
});

describe('the states', () => {
  it.each([
    ['well', { state: 'online', type: 'rw', nas: { path: '/scratch_a' } }],
    ['unknown-word', { state: 'quiesced' }],
    ['mixed', { state: 'mixed', style: 'flexgroup', nas: { path: '/scratch_a' } }],
    ['restricted', { state: 'restricted' }],
    ['offline', { state: 'offline', status: ['Volume scratch_a is not online.'], space: { size: 10995116277760 } }],
    ['error', { state: 'error', error_state: { is_inconsistent: true } }],
    ['full', { space: { available: 0, used: 10995116277760 } }],
    ['data-protection', { type: 'dp' }],
    ['bad-blocks', { error_state: { has_bad_blocks: true } }],
  ])('%s has a volume that says so', (state, expected) => {
    expect(rowsOf(RICH, state)).toMatchObject([expected]);
  });

  it.each([
    ['missing-field', ['state']],
    ['no-state', ['state', 'nas', 'space', 'status']],
    ['unjunctioned', ['nas']],
    ['offline', ['nas', 'space.available', 'space.used']],
  ])('%s has a volume that lacks fields', (state, missing) => {
    const [volume] = rowsOf(RICH, state);

    for (const field of missing) expect(volume).not.toHaveProperty(field);
  });

  it.each([
    ['svm-stopped', { state: 'stopped' }],
    ['svm-starting', { state: 'starting' }],
    ['nfs-disabled', { state: 'running', nfs: { enabled: false } }],
    ['metrocluster', { name: 'svm_nfs-mc', state: 'running' }],
  ])('%s has an SVM that says so', (state, expected) => {
    expect(jsonOf(create().ask(SVM_CALL, state))).toMatchObject(expected);
  });

  it.each([
    ['well', ['up', 'up'], [true, true]],
    ['lifs-down', ['down', 'down'], [true, true]],
    ['lif-down', ['down', 'up'], [true, true]],
    ['lif-away', ['up', 'up'], [false, true]],
    ['node-taken-over', ['up', 'up'], [false, true]],
  ])('%s has these addresses', (state, words, homes) => {
    const lifs = rowsOf(LIFS, state);

    expect(lifs.map((lif) => lif['state'])).toEqual(words);
    expect(lifs.map(({ location }) => (location as Row)['is_home'])).toEqual(homes);
  });

  it('tell of a node that has been taken over, and of its aggregate', () => {
    expect(rowsOf(NODES, 'node-taken-over')).toMatchObject([{ state: 'taken_over', ha: { enabled: true } }]);
    expect(rowsOf(AGGREGATES, 'node-taken-over')).toMatchObject([{ node: { name: 'n2' }, home_node: { name: 'n1' } }]);
  });

  it.each(['vol-missing', 'deleted-meanwhile'])('have no volume when %s', (state) => {
    const { ask } = create();

    expect(jsonOf(ask(RICH, state))).toEqual({ records: [], num_records: 0 });
    expect([ask(BY_UUID, state).status, jsonOf(ask(BY_UUID, state))]).toMatchObject([404, { error: { code: '4' } }]);
  });

  it('find the volume of a renamed SVM by the new name and by its UUID', () => {
    expect(rowsOf(LEAN, 'metrocluster')).toEqual([]);
    expect(rowsOf(`${VOLUMES}?name=scratch_a&svm.name=svm_nfs|svm_nfs-mc`, 'metrocluster')).toHaveLength(1);
    expect(jsonOf(create().ask(BY_UUID, 'metrocluster'))).toMatchObject({ svm: { uuid: SVM.uuid }, state: 'online' });
  });

  it.each([
    ['too-many', 429, '262160'],
    ['mgmt-quorum', 500, '393271'],
    ['rpc-timeout', 500, '65541'],
    ['not-setup', 400, '9241607'],
  ])('fail every call when %s', (state, status, code) => {
    for (const answer of CALLS.map((call) => create().ask(call, state))) {
      expect([answer.status, jsonOf(answer)]).toMatchObject([status, { error: { code } }]);
    }
  });

  it('let an account of an SVM read volumes alone', () => {
    const { ask } = create();
    const statuses = [RICH, BY_UUID, SVM_CALL, LIFS, AGGREGATES, NODES].map((url) => ask(url, 'svm-account').status);

    expect(statuses).toEqual([200, 200, 403, 403, 403, 403]);
    expect(jsonOf(ask(LIFS, 'svm-account'))).toMatchObject({ error: { code: '6' } });
  });
});

describe('the account', () => {
  it.each([undefined, `Basic ${basicToken('volhealth', 'wrong')}`, 'Bearer wrong'])(
    'is not that of %s',
    (authorization) => {
      const answer = netapp.create().answer(requestFor(LEAN, { authorization }), 'well');

      expect([answer.status, jsonOf(answer)]).toMatchObject([401, { error: { code: '6691623' } }]);
    },
  );

  it('may come with a token until that expires', () => {
    const { appliance } = create();
    const request = requestFor(LEAN, { authorization: `Bearer ${ONTAP_TOKEN}` });

    expect(appliance.answer(request, 'well').status).toBe(200);
    appliance.expireTokens();
    expect(appliance.answer(request, 'well').status).toBe(401);
  });

  it('is in no answer', () => {
    const { appliance, ask } = create();
    const said = Object.keys(netapp.states).flatMap((state) => CALLS.map((call) => textOf(ask(call, state).body)));

    expect(appliance.secrets().filter((secret) => said.some((text) => text.includes(secret)))).toEqual([]);
  });
});

describe('an error', () => {
  it('is one of the API for a path that it does not have', () => {
    const answer = create().ask('/api/healthcheck', 'well');

    expect([answer.status, jsonOf(answer)]).toMatchObject([404, { error: { code: '3' } }]);
  });

  it.each([401, 403, 404, 429, 500, 502, 503])('%d is worded as the vendor words it', (status) => {
    expect(netapp.create().error(status)).toMatchObject({ status, body: expect.stringMatching(/./) as string });
  });
});
