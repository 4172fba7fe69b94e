import { expect, it } from 'vitest';
import { createConfiguredVfolders } from '../../manager/vfolders.ts';

const A = { id: '0f1c2a54-0a0b-4f6e-9a51-0123456789ab', name: 'a', host: 'proxy1:v' };
const B = { id: '6F1C2A54-0A0B-4F6E-9A51-0123456789AB', name: 'b', host: 'proxy2:v' };
const vfolders = createConfiguredVfolders([B, A]);

it('finds a folder by its UUID, whatever the case of its letters', async () => {
  expect(await vfolders.find(B.id.toLowerCase())).toBe(B);
  expect(await vfolders.find(A.id.toUpperCase())).toBe(A);
  expect(await vfolders.find('6f1c2a54-0a0b-4f6e-9a51-000000000000')).toBeNull();
});

it('lists them by id, or those of one host', async () => {
  expect(await vfolders.list()).toEqual([A, B]);
  expect(await vfolders.list('proxy2:v')).toEqual([B]);
});
