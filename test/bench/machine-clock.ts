/** Milliseconds since the machine started: on Linux the same in every process, whatever the wall clock does. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
