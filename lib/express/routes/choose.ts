import { findReturnTo } from '../../login/return-to.js';
import { originalURL } from '../../node-request.js';
import type { Instance, RequestContext } from '../instance.js';
import { addReturnTo, pathTo } from '../paths.js';
import { addDisplay, findDisplay } from '../popup.js';
import { sendPage } from '../responses.js';

/** Sends the page on which users choose their provider. */
export function sendChoice(instance: Instance, context: RequestContext): void {
  const { req } = context;
  const returnTo = findReturnTo(originalURL(req), { trustedOrigins: instance.settings.trustedOrigins });
  const display = findDisplay(req);
  const providers = [...instance.providers.values()].map(({ settings: { name, provider } }) => ({
    displayName: provider.displayName,
    href: addDisplay(addReturnTo(pathTo(instance, req, 'login', name), returnTo), display),
  }));
  sendPage(instance, context, 200, (page) => instance.settings.templates.choose({ ...page, providers }));
}
