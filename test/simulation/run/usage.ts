/** What somebody reads who says no more than `simulate`. */
export const USAGE = `A simulated world: the project's own services on a clock, storages and networks that are made up from a seed.

  npm run simulate -- --seeds 1..200    runs them all, and says what they came to
  npm run simulate -- --for 10m         hunts: runs new seeds until the time is over
  npm run simulate -- --seed 7          runs one, and the same way each time

Rings:
  --ring engine    probes, verdicts, feeds and the manager's state, joined by messages: fast and deep (default)
  --ring stack     the services whole, joined by HTTP: slow and complete

  --steps K        how many steps each world takes (engine: 10000, stack: 500)
  --from N         the seed that a hunt begins with
  --keep 3,7,12    the only steps of a seed in which something is done, or none
  --proxies N      at most so many; and so --volumes (of a proxy), --managers
  --jobs J         how many processes (as many as there are processors)
  --no-shrink      does not look for a smaller run that fails in the same way
  --stop-at-first  ends with the first seed that fails
  --strict         fails where something was not reached, though the seeds are few

Exit codes: 0 all is well; 1 something does not hold, or was never reached; 2 an argument cannot be read.`;
