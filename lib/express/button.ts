import type { Markup } from '../internal/html.js';
import { loginButton } from '../pages/login-button.js';
import { preferredLanguage } from '../pages/negotiation.js';
import type { Instances } from './instances.js';
import type { Settings } from './options.js';
import { addReturnTo, pathTo, pathWithoutRequest, requireRoutes } from './paths.js';
import type { ButtonOptions } from './types.js';

/**
 * Creates a “Log in with …” button.
 *
 * @throws TypeError for an unknown provider
 * @throws LoginWithError `middleware_missing` for a request that the middleware has not seen
 */
export function createButton(
  instances: Instances,
  settings: Settings,
  name: string,
  { returnTo, req, locale }: ButtonOptions = {},
): Markup {
  const site = (req && instances.found(req)) ?? { settings, shared: instances.shared };
  if (req !== undefined) requireRoutes(site, req);
  const { providers, providersOf, texts } = site.settings;
  if (providersOf !== undefined && site.settings === settings)
    throw new TypeError(
      'button: "providers" is a function, so pass "req", a request that has gone through loginWith()',
    );
  const provider = providers.find((each) => each.name === name);
  if (provider === undefined) {
    const names = providers.map((each) => each.name).join(', ');
    throw new TypeError(`button: there is no provider ${JSON.stringify(name)}; there are ${names}`);
  }
  const path = req === undefined ? pathWithoutRequest(site, 'login', name) : pathTo(site, req, 'login', name);
  const language = locale ?? (req === undefined ? 'en' : preferredLanguage(req, texts.languages));
  const { displayName } = provider.provider;
  return loginButton({ displayName, href: addReturnTo(path, returnTo) }, texts.textsFor(language).login);
}
