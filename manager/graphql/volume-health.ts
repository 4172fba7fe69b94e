import { EffectiveStatus } from '../../schema/status.ts';
import { VolumeTransition } from '../../schema/transition.ts';
import { VolumeHealth } from '../../schema/volume-health.ts';
import { type VolumeHost, parseVolumeHost } from '../../schema/volume-host.ts';
import { affectedByVolume } from '../affected-vfolders.ts';
import { badUserInput } from './bad-user-input.ts';
import { builder, zod } from './builder.ts';
import { AS_COUNTED } from './as-counted.ts';
import { historyArgs, historyLength } from './history.ts';

export const VolumeHealthStatusType = zod.enumType(EffectiveStatus);
const VolumeTransitionType = zod.objectType(VolumeTransition);

export const VolumeHealthType = zod.objectType(VolumeHealth, (t) => ({
  affectedVfolders: t.int({
    nullable: true,
    description: `How many virtual folders it stores: ${AS_COUNTED}`,
    resolve: ({ proxy_name: proxy, volume_id: volume }, _args, { vfolders }) =>
      affectedByVolume(vfolders.affected(), { proxy, volume }),
  }),
  history: t.field({
    type: [VolumeTransitionType],
    description: 'Its latest transitions, the oldest first.',
    args: historyArgs,
    resolve: ({ proxy_name: proxy, volume_id: volume }, { last }, { volumeHistory }) =>
      volumeHistory({ proxy, volume }, historyLength(last)),
  }),
}));

builder.queryFields((t) => ({
  volumeHealthList: t.field({
    type: [VolumeHealthType],
    description: 'Health of every known volume, or of those that pass all the filters.',
    args: {
      proxyName: t.arg.string({ description: 'Only volumes of this storage proxy.' }),
      status: t.arg({ type: [VolumeHealthStatusType], description: 'Only volumes with one of these statuses.' }),
      backendType: t.arg.string({ description: 'Only volumes on this kind of storage system.' }),
    },
    resolve(_root, { proxyName, status, backendType }, { snapshot }) {
      const { volumes, volumesOf } = snapshot();
      return (proxyName == null ? volumes : volumesOf(proxyName)).filter(
        (volume) =>
          (status == null || status.includes(volume.status)) &&
          (backendType == null || volume.backend_type === backendType),
      );
    },
  }),
  volumeHealth: t.field({
    type: VolumeHealthType,
    nullable: true,
    description: 'Health of one volume; null if its proxy is not configured, or answers and does not report it.',
    args: { host: t.arg.string({ required: true, description: 'The volume host, `proxy:volume`.' }) },
    resolve: (_root, { host }, { snapshot }) => snapshot().volume(volumeHost(host)),
  }),
}));

builder.mutationField('checkVolume', (t) =>
  t.field({
    type: VolumeHealthType,
    nullable: true,
    description: 'Has the storage proxy check the volume now, and waits for the verdict; null as for `volumeHealth`.',
    args: { host: t.arg.string({ required: true, description: 'The volume host, `proxy:volume`.' }) },
    resolve: (_root, { host }, { checkVolume }) => checkVolume(volumeHost(host)),
  }),
);

/** Reads an argument; a malformed one is the caller's mistake. */
export function volumeHost(text: string): VolumeHost {
  const host = parseVolumeHost(text);
  if (host === null) throw badUserInput(`host: expected a volume host such as "proxy1:volume1", found "${text}"`);
  return host;
}
