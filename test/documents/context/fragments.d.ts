/** What the fragments of documents take for granted: an app, its login, and what is told before them. */

declare const app: import('express').Express & import('fastify').FastifyInstance;
declare const auth: import('passport-loginwith/express').LoginWith;
declare const strategy: import('passport-loginwith').LoginWithStrategy;
declare const client: import('passport-loginwith').LoginWithClient;
declare const login: import('passport-loginwith/web').Login;
declare const provider: import('passport-loginwith/provider').LocalProvider;
declare const startProvider: typeof import('passport-loginwith/provider').startProvider;
declare const loginWith: typeof import('passport-loginwith/express').loginWith;
declare const LoginWithStrategy: typeof import('passport-loginwith').LoginWithStrategy;
declare const passport: import('passport').PassportStatic;
declare const helmet: typeof import('helmet').default;
declare const verify: import('passport-loginwith').Verify;
declare const providers: import('passport-loginwith/express').ProviderOptions[];
declare const staffProviders: typeof providers;
declare const appId: string;
declare const appSecret: string;
declare const cookieSecret: string;
declare const authKey: string;
declare const proxyURL: string;
declare const headers: Headers;
declare const request: Request;
/** Of Hono. */
declare const c: import('hono').Context;
/** The app's own users. */
declare const users: { find(id: number): { id: number }; findOrCreate(provider: string, id: string): { id: number } };

/** Not installed here; its page runs in test/frameworks/better-auth.test.ts. */
declare module 'better-auth' {
  export function betterAuth(options: { plugins: object[] }): unknown;
}
