/** The shared words of volhealth, as zod schemas: one source for wire, REST, tRPC, GraphQL and configuration. */
export * from './check.ts';
export * from './duration.ts';
export * from './event.ts';
export * from './hardware-metadata.ts';
export * from './health-report.ts';
export * from './json.ts';
export * from './manager-config.ts';
export * from './proxy-config.ts';
export * from './reason.ts';
export * from './status.ts';
export * from './storage-proxy-health.ts';
export * from './vfolder.ts';
export * from './volume-health.ts';
export * from './volume-host.ts';
export * from './volume-report.ts';
