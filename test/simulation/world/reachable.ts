import { DEED_NAMES } from './deeds.ts';

const STATES = ['healthy', 'healthy degraded', 'offline', 'unavailable', 'unknown'];
const REASONS = {
  healthy: ['OK'],
  'healthy degraded': ['NEARLY_FULL', 'MOUNT_STALE', 'API_UNREACHABLE', 'CHECK_TIMEOUT', 'WRITE_FAILED'],
  offline: ['MOUNT_STALE', 'MOUNT_STUCK'],
  unavailable: ['API_UNREACHABLE', 'CHECK_FAILED', 'CHECK_TIMEOUT'],
  unknown: ['NOT_CHECKED', 'PROXY_UNREACHABLE', 'STALE', 'OBSERVER_PAUSED', 'OBSERVER_OVERLOADED'],
};
const OBSERVER = ['ok → paused', 'ok → overloaded', 'ok → isolated', 'paused → ok', 'overloaded → ok', 'isolated → ok'];

/** Every kind of deed, every way of a volume from one state to another, and what else there is to come to. */
export const REACHABLE: readonly string[] = [
  ...DEED_NAMES,
  ...STATES.flatMap((from) => STATES.filter((to) => to !== from).map((to) => `volume: ${from} → ${to}`)),
  ...STATES.map((to) => `volume: new → ${to}`),
  ...Object.entries(REASONS).flatMap(([state, reasons]) => reasons.map((reason) => `volume ${state}: ${reason}`)),
  ...['new → healthy', 'new → unhealthy', 'healthy → unhealthy', 'unhealthy → healthy'].map(
    (way) => `event of a proxy: ${way}`,
  ),
  ...OBSERVER.map((way) => `event of an observer: ${way}`),
  ...['twice', 'lost', 'cut', 'garbage'].map((how) => `mangled ${how}`),
];
