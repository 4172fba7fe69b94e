const hrtime = process.hrtime.bigint.bind(process.hrtime);

/** Milliseconds of real time, also where a world has replaced this process's clocks. */
export function realMs(): number {
  return Number(hrtime() / 1_000n) / 1_000;
}
