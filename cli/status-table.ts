import { styleText } from 'node:util';
import type { ObserverHealth } from '../schema/observer-health.ts';
import { printable } from '../schema/printable.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';

export interface Health {
  readonly proxies: readonly StorageProxyHealth[];
  readonly volumes: readonly VolumeHealth[];
  readonly observer: ObserverHealth;
}

export interface TableOptions {
  readonly color: boolean;
  /** What ages are reckoned from, milliseconds since the epoch. */
  readonly nowMs: number;
}

type Cells = readonly [name: string, word: string, backend: string, info: string, checked: string];

const MARKS = {
  healthy: ['●', 'green'],
  degraded: ['◐', 'yellow'],
  offline: ['✖', 'red'],
  unhealthy: ['✖', 'red'],
  unavailable: ['▲', 'magenta'],
  unknown: ['?', 'magenta'],
} as const;

const BADNESS = ['offline', 'unavailable', 'unknown', 'degraded', 'healthy'];

/** Proxies with their volumes below them, the worst first; a sentence that sums up, and what the manager says of itself. */
export function statusTable({ proxies, volumes, observer }: Health, { color, nowMs }: TableOptions): string {
  const rows = proxies.flatMap((proxy): Cells[] => [
    [
      proxy.proxy_name,
      proxy.status,
      'proxy',
      proxy.error_message ?? detailsOf(proxy),
      age(proxy.last_checked_at, nowMs),
    ],
    ...volumes
      .filter(({ proxy_name }) => proxy_name === proxy.proxy_name)
      .toSorted((a, b) => BADNESS.indexOf(wordOf(a)) - BADNESS.indexOf(wordOf(b)))
      .map(
        (volume): Cells => [
          `  ${volume.volume_id}`,
          wordOf(volume),
          volume.backend_type,
          infoOf(volume),
          age(volume.last_checked_at, nowMs),
        ],
      ),
  ]);
  // What a proxy says of itself must not steer the terminal.
  const safe = rows.map((row) => row.map((cell) => `${/^ */.exec(cell)?.[0]}${printable(cell, 100)}`));
  const header = ['HOST', 'STATUS', 'KIND', 'DETAILS', 'CHECKED'];
  const widths = header.map((_, column) => Math.max(...[header, ...safe].map((row) => row[column]?.length ?? 0)));
  const lines = safe.map((row) => lineOf(row, widths, color));
  const heading = lineOf(header, widths, false);
  return [
    color ? styleText('bold', heading, { validateStream: false }) : heading,
    ...lines,
    '',
    summary({ proxies, volumes }),
    ...proxies.flatMap(({ proxy_name, warnings }) =>
      warnings.map((warning) => printable(`Warning: ${proxy_name}: ${warning}`, 200)),
    ),
    ...(observer.status === 'ok' ? [] : [`The manager itself is ${observer.status}: ${observer.message ?? ''}`]),
    ...observer.warnings.map((warning) => `The manager warns: ${printable(warning, 300)}`),
  ].join('\n');
}

function lineOf(row: readonly string[], widths: readonly number[], color: boolean): string {
  const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  const word = row[1] ?? '';
  const [mark, paint] = word in MARKS ? MARKS[word as keyof typeof MARKS] : [' ', 'white' as const];
  const marked = `${mark} ${cells[1]}`;
  cells[1] = color ? styleText(paint, marked, { validateStream: false }) : marked;
  return cells.join('  ').trimEnd();
}

const wordOf = ({ status, is_degraded }: VolumeHealth): string => (is_degraded ? 'degraded' : status);

/** Only of what is not asked as it should be is it worth saying how it is asked. */
function detailsOf({ version, protocol }: StorageProxyHealth): string {
  const over = protocol === 'rest' ? ['over REST'] : [];
  return [...(version === null ? [] : [`version ${version}`]), ...over].join(', ');
}

function infoOf({ status, status_info, last_known_status }: VolumeHealth): string {
  const info = status_info ?? '';
  return status === 'unknown' && last_known_status !== null ? `${info} (was ${last_known_status})` : info;
}

function summary({ proxies, volumes }: Pick<Health, 'proxies' | 'volumes'>): string {
  return `${healthy(proxies)} of ${proxies.length} proxies and ${healthy(volumes)} of ${volumes.length} volumes are healthy.`;
}

const healthy = (all: readonly { is_healthy: boolean }[]): number => all.filter(({ is_healthy }) => is_healthy).length;

function age(at: string | null, nowMs: number): string {
  if (at === null) return 'never';
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
  if (seconds < 100) return `${seconds} s ago`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h ago` : `${Math.round(seconds / 86_400)} d ago`;
}
