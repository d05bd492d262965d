import { LoginWithClient, type ClientOptions } from 'passport-loginwith';
import { Agent, MockAgent, ProxyAgent } from 'undici';

// For the compiler alone: dispatchers of undici, whatever its version.

const account: ClientOptions = { provider: 'pimbuzz', appId: '1', appSecret: 'x' };
export const clients = [
  new LoginWithClient({ ...account, dispatcher: new Agent({ connections: 1 }) }),
  new LoginWithClient({ ...account, dispatcher: new ProxyAgent('http://proxy.example:3128') }),
  new LoginWithClient({ ...account, dispatcher: new MockAgent() }),
];
// @ts-expect-error -- not a dispatcher
new LoginWithClient({ ...account, dispatcher: 'http://proxy.example:3128' });
