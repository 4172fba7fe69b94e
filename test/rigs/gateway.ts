import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql/index.js';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** One graph of several; what does not compose throws. */
export function compose(subgraphs: readonly Subgraph[]): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

/** A gateway in a process of its own, as Backend.AI runs one. */
export async function startGateway(supergraph: string): Promise<{ url: string; process: ChildProcess }> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-'));
  const file = join(directory, 'supergraph.graphql');
  writeFileSync(file, supergraph);
  const gateway = spawn(process.execPath, [join(import.meta.dirname, 'gateway-process.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(gateway.stdout), 'line')) as [string];
  // It has read it by now.
  rmSync(directory, { recursive: true });
  return { url: `http://127.0.0.1:${port}/admin/gql`, process: gateway };
}
