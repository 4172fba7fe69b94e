import { createJwt } from './jwt.ts';

export const VAST_API_TOKEN = 'vastapi-7c1e0f55-Not-To-Be-Shown';

export interface VastTokens {
  readonly access: string;
  readonly refresh: string;
}

const USER = 'volhealth';
const PASSWORD = 'Vs-41d08e-Not-To-Be-Shown';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
const ACCESS_S = 3_600;
const REFRESH_S = 86_400;

/** The one account of a VMS, and the tokens that it has out. */
export function createVastAccounts() {
  const given = new Set<string>([PASSWORD, BASIC, VAST_API_TOKEN]);
  const access = new Map<string, number>();
  const refresh = new Map<string, number>();

  return {
    credentials: { vast_username: USER, vast_password: PASSWORD },
    secrets: (): readonly string[] => [...given],

    logIn: (username: unknown, password: unknown): VastTokens | null =>
      username === USER && password === PASSWORD ? giveTokens() : null,

    /** The token that was given stays good until its day is over. */
    refresh: (token: unknown): VastTokens | null =>
      typeof token === 'string' && isAlive(refresh, token) ? giveTokens() : null,

    /** What is wrong with a request; `null`: nothing. A token that is dead is another matter than a wrong password. */
    faultOf(authorization: string | undefined): 'nobody' | 'wrong' | 'dead' | null {
      const [, scheme = '', value = ''] = /^(\S+) (\S+)$/.exec(authorization ?? '') ?? [];
      switch (scheme.toLowerCase()) {
        case 'bearer':
          return isAlive(access, value) ? null : 'dead';
        case 'basic':
          return value === BASIC ? null : 'wrong';
        case 'api-token':
          return value === VAST_API_TOKEN ? null : 'wrong';
        default:
          return 'nobody';
      }
    },

    expireTokens: (which: 'access' | 'refresh' = 'access'): void => {
      access.clear();
      if (which === 'refresh') refresh.clear();
    },
  };

  function giveTokens(): VastTokens {
    const tokens = { access: give(access, 'access', ACCESS_S), refresh: give(refresh, 'refresh', REFRESH_S) };
    given.add(tokens.access).add(tokens.refresh);
    return tokens;
  }
}

/** Nothing but the token itself tells when it ends. */
function give(tokens: Map<string, number>, type: string, lifetimeS: number): string {
  const now = Math.floor(Date.now() / 1_000);
  const token = createJwt({ token_type: type, exp: now + lifetimeS, iat: now, user_id: 5 });
  tokens.set(token, (now + lifetimeS) * 1_000);
  return token;
}

const isAlive = (tokens: ReadonlyMap<string, number>, token: string): boolean => Date.now() < (tokens.get(token) ?? 0);
