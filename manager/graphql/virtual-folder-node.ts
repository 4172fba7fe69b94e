import { VirtualFolder } from '../../schema/vfolder.ts';
import { isNoStorage, parseVolumeHost } from '../../schema/volume-host.ts';
import { badUserInput } from './bad-user-input.ts';
import { builder, zod } from './builder.ts';
import { pageOf } from './connection.ts';
import { parseGlobalId } from './global-id.ts';
import { VolumeHealthType, volumeHost } from './volume-health.ts';
import { named } from './zod-shape.ts';

const { id: NAME, description } = named(VirtualFolder);

export const VirtualFolderNodeType = builder.node(builder.objectRef<VirtualFolder>(NAME), {
  description,
  id: {
    description: `Global id: the base64 of \`${NAME}:UUID\`.`,
    resolve: ({ id }) => id,
    parse: (id) => {
      if (isUuid(id)) return id;
      throw badUserInput(`expected the UUID of a ${NAME}, found "${id}"`);
    },
  },
  async loadOne(id, { vfolders }) {
    const folder = await vfolders.find(id);
    // A copy: the plugin puts its brand on what it loads.
    return folder && { ...folder };
  },
  fields: (t) => ({
    ...zod.fields(t, VirtualFolder, ['id']),
    storageHealth: t.field({
      type: VolumeHealthType,
      nullable: true,
      description: 'Health of the volume that stores it; null only for a folder without storage.',
      resolve: ({ host }, _args, { snapshot }) =>
        isNoStorage(host) ? null : snapshot().effective(parseVolumeHost(host) ?? { proxy: host, volume: '' }),
    }),
  }),
});

builder.queryFields((t) => ({
  vfolderNode: t.field({
    type: VirtualFolderNodeType,
    nullable: true,
    description: 'A virtual folder; null if there is none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Its global id or its UUID.' }) },
    resolve: (_root, { id }, { vfolders }) => vfolders.find(folderId(id)),
  }),
  vfolderNodes: t.connection(
    {
      type: VirtualFolderNodeType,
      description: 'Virtual folders, ordered by UUID: 20 unless `first` or `last` says how many, at most 100.',
      args: { host: t.arg.string({ description: 'Only folders on this volume host, `proxy:volume`.' }) },
      async resolve(_root, { host, ...page }, { vfolders }) {
        if (host != null && !isNoStorage(host)) volumeHost(host);
        return pageOf(await vfolders.list(host), page, ({ id }) => id);
      },
    },
    { name: 'VirtualFolderConnection' },
    { name: 'VirtualFolderEdge' },
  ),
}));

function folderId(text: string): string {
  const globalId = parseGlobalId(text);
  const id = globalId?.typename === NAME ? globalId.id : text;
  if (isUuid(id)) return id;
  throw badUserInput(`id: expected the global id of a ${NAME} or a UUID, found "${text}"`);
}

const isUuid = (text: string): boolean => VirtualFolder.shape.id.safeParse(text).success;
