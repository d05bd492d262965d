import type { Profile } from '../types.js';

// The parts of better-auth that the plugin uses, typed by their shape, so that it needs no package.

/** What better-auth keeps of its options and parts. */
export interface AuthContext {
  options: { account?: { accountLinking?: { trustedProviders?: unknown } | undefined } | undefined };
  socialProviders: object[];
  /** Of the current request. */
  trustedProviders?: string[] | undefined;
  createAuthCookie(name: string, attributes: { maxAge: number }): { name: string; attributes: object };
}

/** What a hook gets after an endpoint. */
export interface HookContext {
  context: AuthContext & { returned?: unknown };
}

interface Tokens {
  raw?: Record<string, unknown> | undefined;
}

interface LocalUser {
  name: string;
  email: string;
  emailVerified: boolean;
  image: string | undefined;
}

/** A provider of better-auth. */
export interface SocialProvider {
  id: string;
  name: string;
  options: object;
  createAuthorizationURL(data: { state: string }): Promise<URL>;
  validateAuthorizationCode(data: { code: string }): Promise<Tokens | null>;
  getUserInfo(tokens: Tokens): Promise<{ user: LocalUser; data: Profile } | null>;
  accountSubject(account: { profile: Profile }): string;
}

/** A plugin of better-auth, typed by its shape. better-auth calls its members; an app does not. */
export interface BetterAuthPlugin {
  id: string;
  init(context: AuthContext): { context: { socialProviders: object[] } };
  onRequest(request: Request, context: AuthContext): Promise<{ request: Request } | { response: Response } | undefined>;
  hooks: {
    after: {
      matcher(context: HookContext): boolean;
      handler: ((context: object) => Promise<{ headers: Headers; response: undefined }>) & { options: object };
    }[];
  };
}
