import { expect, it } from 'vitest';
import { createConfiguredVfolders } from '../../manager/vfolders.ts';
import { describeVfolderSource, FOLDERS } from './vfolder-source-suite.ts';

describeVfolderSource('the configuration', async () => createConfiguredVfolders(FOLDERS));

it('has ids in small letters, however they are written', async () => {
  const id = '6F1C2A54-0A0B-4F6E-9A51-0123456789AB';
  const { findMany } = createConfiguredVfolders([{ id, name: 'a', host: 'p:v', status: 'ready' }]);
  expect(await findMany([id])).toMatchObject([{ id: id.toLowerCase() }]);
});

it('is counted by nobody', () => {
  expect(createConfiguredVfolders(FOLDERS).affected()).toBeNull();
});
