import type { ReadManagerConfig } from '../manager/config.ts';
import { changesBetween, type VolumeChanges } from '../proxy/volume-changes.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import type { Log } from './log.ts';
import { followProxies } from './proxy-source.ts';
import { systemClock } from './system-clock.ts';
import { sayChanges } from './what-changed.ts';

export interface FoundProxiesOptions {
  readonly log: Log;
  /** The last list that was found at the same place: it goes on until it is known better. */
  readonly previous?: ManagerConfig['proxies'];
  /** Hears of the configuration with each list of proxies that is found later. */
  readonly onConfig: (config: ManagerConfig) => void;
  /** Hears what a person should know of where the proxies are written, and null once there is nothing any more. */
  readonly onWarning: (key: 'proxies', sentence: string | null) => void;
}

export interface FoundProxies {
  /** With the proxies that were found last. */
  readonly config: () => ManagerConfig;
  readonly stop: () => void;
}

/**
 * A manager's configuration with the proxies that its file names and those that are found where it says. Waits for the
 * first list, or until it is certain that none can be had for now. Logs each change once.
 */
export async function findProxies(read: ReadManagerConfig, options: FoundProxiesOptions): Promise<FoundProxies> {
  const { log, onConfig, onWarning, previous } = options;
  const { place } = read;
  if (place === null) return { config: () => read.config, stop: () => {} };
  let config = { ...read.config, proxies: { ...previous, ...read.config.proxies } };
  let away: string | null = null;
  let problems: readonly string[] = [];
  let hasStarted = false;
  return new Promise((resolve) => {
    const source = followProxies(place, {
      inline: read.inline,
      ...(previous === undefined ? {} : { previous }),
      clock: systemClock,
      onProxies(list) {
        for (const problem of list.problems) if (!problems.includes(problem)) log('warn', problem);
        if (hasStarted) sayFound(changesBetween(config.proxies, list.proxies));
        ({ problems } = list);
        config = { ...config, proxies: { ...list.proxies } };
        if (hasStarted) onConfig(config);
        warn();
        begin();
      },
      onAway(sentence) {
        log(sentence === null ? 'info' : 'warn', sentence ?? 'the proxies are found again where they are written');
        away = sentence;
        warn();
        begin();
      },
    });

    function begin(): void {
      if (hasStarted) return;
      // What is told next may come in the same breath: a list that was kept, after the news that none can be had.
      setImmediate(() => {
        if (hasStarted) return;
        hasStarted = true;
        resolve({ config: () => config, stop: () => source.stop() });
      });
    }
  });

  function sayFound(changes: VolumeChanges): void {
    const said = sayChanges(changes, { one: 'proxy', many: 'proxies' });
    if (said.length > 0) log('info', `found where the proxies are written: ${said.join(', ')}`);
  }

  function warn(): void {
    const sentences = [...(away === null ? [] : [away]), ...problems];
    onWarning('proxies', sentences.length === 0 ? null : sentences.join('\n'));
  }
}
