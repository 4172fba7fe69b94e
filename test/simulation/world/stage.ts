import type { VolumeHost } from '../../../schema/volume-host.ts';
import type { Coverage } from './coverage.ts';
import type { Kernel, Machine } from './kernel.ts';
import type { Storages } from './storages.ts';
import type { VolumePlan } from './topology.ts';
import type { End, Wire } from './wire.ts';

/** What deeds may do to a world. What strikes something that is not there does nothing. */
export interface Stage {
  readonly kernel: Kernel;
  readonly storages: Storages;
  readonly coverage: Coverage;
  /** Has a trouble end after so long, or when everything is mended. */
  readonly trouble: (subjects: readonly string[], ms: number, end: () => void) => void;
  /** A trouble that is over at once. */
  readonly touch: (subject: string) => void;
  readonly machineOf: (name: string) => Machine | null;
  readonly wireOf: (manager: string, proxy: string) => Wire;
  readonly subscribersWire: (manager: string) => Wire;
  /** crash: its connections are reset; vanish: nobody is told. */
  readonly stopProxy: (name: string, how: 'crash' | 'vanish') => void;
  /** With the volumes that it had last, or with these. Nothing where it runs. */
  readonly startProxy: (name: string, volumes?: readonly VolumePlan[]) => void;
  /** It answers, but asks its storages no more. */
  readonly stallProxy: (name: string) => void;
  /** A second process that is connected to by turns; the function it returns ends it. */
  readonly doubleProxy: (name: string) => () => void;
  readonly crashManager: (name: string) => void;
  readonly startManager: (name: string) => void;
  readonly partition: (parts: {
    manager: string;
    proxy: string;
    ends: readonly End[];
    ms: number;
    /** What becomes of what is on its way, and of the connections: all goes on, all is reset, or nobody is told. */
    lastly: 'release' | 'reset' | 'forget';
  }) => void;
  readonly check: (manager: string, host: VolumeHost) => void;
  readonly stallSubscriber: (manager: string, place: number, ms: number) => void;
  readonly replaceSubscriber: (manager: string, place: number, host: string | null) => void;
  /** Nobody asks the manager anything for so long. */
  readonly lookAway: (manager: string, ms: number) => void;
}
