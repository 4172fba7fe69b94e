/** How one vendor's API speaks: what a fake of it says in each of its states. Knows no sockets. */
export interface Dialect {
  /** As in `[volume.X] backend`. */
  readonly name: string;
  /** Where the vendor listens by default. */
  readonly port: number;
  /** Every state that it can play, with one sentence on what it is. `well` is the first. */
  readonly states: Readonly<Record<string, string>>;
  /** A fresh appliance, in the state `well`, with its own tokens and accounts. */
  readonly create: () => Appliance;
}

/** One appliance: it keeps tokens, counts refused logins, and answers. */
export interface Appliance {
  /** What a client has to configure, under the vendor's option names, but for the endpoint: user, password, file system. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Everything in `options`, and every token it ever gave out, that no answer and no log line may hold. */
  readonly secrets: () => readonly string[];
  /** Whether a request is one that spends or makes credentials, and so is no call of the probe's budget. */
  readonly isLogin: (request: ApplianceRequest) => boolean;
  readonly answer: (request: ApplianceRequest, state: string) => ApplianceAnswer;
  /** Words a refusal or a failure as the vendor does: 401, 403, 404, 429, 500, 503. */
  readonly error: (status: number) => ApplianceAnswer;
  /** Has every token that is out expire; those for a refresh, too, with `refresh`. */
  readonly expireTokens: (which?: 'access' | 'refresh') => void;
}

export interface ApplianceRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** `http://127.0.0.1:1234`: as the client named us, for links in answers. */
  readonly origin: string;
  /** Another origin, which records whatever is sent there: for links that no client should follow. */
  readonly elsewhere?: string;
}

export interface ApplianceAnswer {
  readonly status: number;
  /** It is never sent: the client waits. */
  readonly isWithheld?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is sent; anything else as JSON, a bigint as a number with all its digits. */
  readonly body: unknown;
}
