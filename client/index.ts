/** Typed clients of both services. */
export { AskingFailed, describeFailure, type FailureKind } from './failure.ts';
export { createManagerClient, type ManagerClient, type ManagerClientOptions } from './manager-client.ts';
export { createProxyClient, type ProxyClient, type ProxyClientOptions } from './proxy-client.ts';
