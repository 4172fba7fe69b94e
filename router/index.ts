/** The tRPC contracts: import their types, and make clients with `volhealth/client`. */
export type { AppRouter, ProxyContext, VolumeEntry } from './proxy.ts';
export type { ManagerContext, ManagerRouter } from './manager.ts';
