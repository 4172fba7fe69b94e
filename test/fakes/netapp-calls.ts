import { askerOf, jsonOf } from './asking.ts';
import type { Appliance, ApplianceAnswer } from './dialect.ts';
import { netapp } from './netapp.ts';
import { SVM, VOLUME_UUID } from './netapp-volumes.ts';

export const VOLUMES = '/api/storage/volumes';
export const BY_NAME = `${VOLUMES}?name=scratch_a&svm.name=svm_nfs`;
export const LEAN = `${BY_NAME}&fields=state,nas.path,svm,type,style`;
const RICH_FIELDS = [
  'state,type,style,status,nas.path,svm.uuid,aggregates,nodes',
  'space.size,space.available,space.used,error_state',
].join(',');
export const RICH = `${BY_NAME}&fields=${RICH_FIELDS}&return_timeout=5`;
export const BY_UUID = `${VOLUMES}/${VOLUME_UUID}?fields=${RICH_FIELDS}`;
export const MEMBERS = `${VOLUMES}?is_constituent=true&flexgroup.uuid=${VOLUME_UUID}&fields=state`;
export const SVM_CALL = `/api/svm/svms/${SVM.uuid}?fields=state,subtype,nfs.enabled`;
const LIF_FIELDS = 'state,enabled,ip.address,location.is_home';
export const LIFS = `/api/network/ip/interfaces?svm.uuid=${SVM.uuid}&services=data_nfs&fields=${LIF_FIELDS}`;
export const AGGREGATES = '/api/storage/aggregates?name=n1_nvme&fields=state,node,home_node,block_storage.mirror.state';
export const NODES = '/api/cluster/nodes?name=n1&fields=state,ha';
/** One of each that a client may make. */
export const CALLS = [
  LEAN,
  RICH,
  BY_UUID,
  `${VOLUMES}?name=scratch_a`,
  MEMBERS,
  SVM_CALL,
  '/api/svm/svms?name=svm_nfs&fields=state',
  LIFS,
  AGGREGATES,
  NODES,
  '/api/cluster?fields=version',
];

export type Row = Record<string, unknown>;

/** An appliance, and what asks it as its options say. */
export function create(): { appliance: Appliance; ask: (url: string, state: string) => ApplianceAnswer } {
  const appliance = netapp.create();
  return { appliance, ask: askerOf(appliance, 'netapp_ontap_user', 'netapp_ontap_password') };
}

export function rowsOf(url: string, state = 'well'): Row[] {
  return jsonOf(create().ask(url, state))['records'] as Row[];
}

/** Where the answer leads on to. */
export function nextOf(url: string, state: string): string {
  const { _links } = jsonOf(create().ask(url, state)) as { _links: { next: { href: string } } };
  return _links.next.href;
}
