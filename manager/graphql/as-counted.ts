/** What every figure of affected folders has in common. */
export const AS_COUNTED =
  'those that are not deleted, as counted in the database last, which is done once a minute unless `count_interval` says ' +
  'otherwise. The figure stays while the database is away; null without a database, and before the first count.';
