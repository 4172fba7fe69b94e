// oxlint-disable import/no-unassigned-import -- each of these files adds its types and queries to the builder
import { builder } from './builder.ts';
import './observer-health.ts';
import './storage-proxy-health.ts';
import './virtual-folder-node.ts';
import './volume-health.ts';
import './volume-health-event.ts';

export const schema = builder.toSchema();
