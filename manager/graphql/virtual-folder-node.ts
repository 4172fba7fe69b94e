import { TRASHED, VirtualFolder } from '../../schema/vfolder.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { isNoStorage, parseVolumeHost } from '../../schema/volume-host.ts';
import type { Snapshot } from '../snapshot.ts';
import { badUserInput } from './bad-user-input.ts';
import { builder, zod } from './builder.ts';
import { connectionOf, pageBounds } from './connection.ts';
import { parseGlobalId } from './global-id.ts';
import { orUnavailable } from './vfolders-unavailable.ts';
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
  // An error takes the place of its folder alone.
  loadMany: (ids, { folder }) => Promise.all(ids.map((id) => folder(id).then(copyOf, asError))),
  fields: (t) => ({
    ...zod.fields(t, VirtualFolder, ['id']),
    storageHealth: t.field({
      type: VolumeHealthType,
      nullable: true,
      description: 'Health of the volume that stores it; null only for a folder without storage.',
      resolve: ({ host }, _args, { snapshot }) => healthOfFolder(host, snapshot()),
    }),
  }),
});

builder.queryFields((t) => ({
  vfolderNode: t.field({
    type: VirtualFolderNodeType,
    nullable: true,
    description: 'A virtual folder; null if there is none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Its global id or its UUID.' }) },
    resolve: (_root, { id }, { folder }) => folder(folderId(id)),
  }),
  vfolderNodes: t.connection(
    {
      type: VirtualFolderNodeType,
      // What else is asked for is answered while the folders cannot be had.
      nullable: true,
      description:
        'Virtual folders, ordered by UUID: 20 unless `first` or `last` says how many, at most 100. Those that are deleted ' +
        'are left out.',
      args: {
        host: t.arg.string({ description: 'Only folders on this volume host, `proxy:volume`.' }),
        name: t.arg.string({ description: 'Only folders of exactly this name.' }),
        status: t.arg.stringList({
          description: `Only folders with one of these statuses; \`${TRASHED}\` brings up those in the trash.`,
        }),
      },
      async resolve(_root, { host = null, name = null, status = null, ...args }, { vfolders }) {
        if (host !== null && !isNoStorage(host)) volumeHost(host);
        const bounds = pageBounds(args, isUuid);
        const page = await orUnavailable(vfolders.page({ filter: { host, name, status }, ...bounds }));
        return connectionOf(page, ({ id }) => id);
      },
    },
    { name: 'VirtualFolderConnection' },
    { name: 'VirtualFolderEdge' },
  ),
}));

/** Health of the volume that stores what is on `host`; null where Backend.AI manages no storage. */
export function healthOfFolder(host: string, { effective }: Snapshot): VolumeHealth | null {
  return isNoStorage(host) ? null : effective(parseVolumeHost(host) ?? { proxy: host, volume: '' });
}

function folderId(text: string): string {
  const globalId = parseGlobalId(text);
  const id = globalId?.typename === NAME ? globalId.id : text;
  if (isUuid(id)) return id;
  throw badUserInput(`id: expected the global id of a ${NAME} or a UUID, found "${text}"`);
}

/** The plugin puts its brand on what it loads. */
const copyOf = (folder: VirtualFolder | null): VirtualFolder | null => folder && { ...folder };

/** GraphQL takes an error for one, wherever it stands; the plugin's types do not say so. */
const asError = (error: unknown): never => error as never;

const isUuid = (text: string): boolean => VirtualFolder.shape.id.safeParse(text).success;
