import { createJwt } from './jwt.ts';

export const WEKA_API_TOKEN = createJwt({ sub: 'volhealth', role: 'ReadOnly', org: 'Root', kind: 'api' });

export interface WekaTokens {
  readonly access: string;
  readonly refresh: string;
}

export type WekaLogin = WekaTokens | 'refused' | 'locked-out';

const USER = 'volhealth';
const PASSWORD = 'Wk-9f27c1-Not-To-Be-Shown';
const ORGANIZATION = 'Root';
/** What the vendor delivers, all of which can be set: lifetimes, and after how many failures for how long. */
const ACCESS_MS = 300_000;
const REFRESH_MS = 365 * 86_400_000;
const FAILURES_ALLOWED = 5;
const LOCKED_OUT_MS = 120_000;

/** The one account of a cluster, and the tokens that it has out. */
export function createWekaAccounts() {
  const given = new Set<string>([PASSWORD, WEKA_API_TOKEN]);
  const access = new Map<string, number>();
  const refresh = new Map<string, number>();
  let failures = 0;
  let lockedUntil = 0;

  return {
    credentials: { weka_username: USER, weka_password: PASSWORD, weka_organization: ORGANIZATION },
    secrets: (): readonly string[] => [...given],

    /** Five failures, and the user is locked out for two minutes, whoever it is that knows the password. */
    logIn(username: unknown, password: unknown, org: unknown = ORGANIZATION): WekaLogin {
      if (username !== USER || org !== ORGANIZATION) return 'refused';
      if (Date.now() < lockedUntil) return 'locked-out';
      if (password === PASSWORD) {
        failures = 0;
        return giveTokens();
      }
      failures += 1;
      if (failures === FAILURES_ALLOWED) {
        failures = 0;
        lockedUntil = Date.now() + LOCKED_OUT_MS;
      }
      return 'refused';
    },

    /** A token for a refresh is good for one. */
    refresh(token: unknown): WekaLogin {
      if (typeof token !== 'string' || !isAlive(refresh, token)) return 'refused';
      refresh.delete(token);
      return giveTokens();
    },

    mayRead(authorization: string | undefined): boolean {
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
      return token === WEKA_API_TOKEN || isAlive(access, token);
    },

    expireTokens: (which: 'access' | 'refresh' = 'access'): void => {
      access.clear();
      if (which === 'refresh') refresh.clear();
    },
  };

  function giveTokens(): WekaTokens {
    const tokens = {
      access: createJwt({ sub: USER, org: ORGANIZATION, role: 'ReadOnly', exp: inSeconds(ACCESS_MS) }),
      refresh: createJwt({ sub: USER, org: ORGANIZATION, kind: 'refresh', exp: inSeconds(REFRESH_MS) }),
    };
    access.set(tokens.access, Date.now() + ACCESS_MS);
    refresh.set(tokens.refresh, Date.now() + REFRESH_MS);
    given.add(tokens.access).add(tokens.refresh);
    return tokens;
  }
}

const isAlive = (tokens: ReadonlyMap<string, number>, token: string): boolean => Date.now() < (tokens.get(token) ?? 0);

const inSeconds = (laterMs: number): number => Math.floor((Date.now() + laterMs) / 1_000);
