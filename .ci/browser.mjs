// A browser without a screen: cookies, redirects and forms, as far as a login needs them.
import { CookieJar } from 'tough-cookie';

export class Browser {
  #jar = new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true });
  url = '';
  text = '';
  status = 0;

  /** Follows a link of the page that it shows, and redirects from there; resolves to this. */
  async visit(url, init = {}) {
    const referer = this.url && `${new URL(this.url).origin}/`;
    let target = new URL(url, this.url || undefined).href;
    for (let hops = 0; hops < 12; hops++) {
      const response = await fetch(target, {
        ...init,
        redirect: 'manual',
        headers: { accept: 'text/html', referer, ...init.headers, cookie: await this.#jar.getCookieString(target) },
      });
      for (const cookie of response.headers.getSetCookie())
        await this.#jar.setCookie(cookie, target, { ignoreError: true });
      this.url = target;
      this.status = response.status;
      this.text = await response.text();
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) return this;
      target = new URL(location, target).href;
      // Only these two send the form again.
      if (![307, 308].includes(response.status)) init = {};
    }
    throw new Error(`too many redirects at ${new URL(this.url).pathname}`);
  }

  /** Sends the first form whose markup matches. */
  async submit(pattern) {
    const form = [...this.text.matchAll(/<form[\s\S]*?<\/form>/g)]
      .map(([markup]) => markup)
      .find((markup) => pattern.test(markup));
    if (form === undefined)
      throw new Error(`no form like ${pattern} on ${new URL(this.url).pathname} (${this.status})`);
    const fields = new URLSearchParams();
    for (const [tag] of form.matchAll(/<(?:input|button)\b[^>]*>/g)) {
      const name = attribute(tag, 'name');
      if (name !== undefined && !fields.has(name)) fields.set(name, attribute(tag, 'value') ?? '');
    }
    const action = new URL(attribute(form, 'action') ?? '', this.url).href;
    return this.visit(action, { method: 'POST', body: fields, headers: { origin: new URL(this.url).origin } });
  }

  /** From the app's first page through sign-in and consent, where they are asked for; resolves to this. */
  async logIn(startURL) {
    await this.visit(new URL('/', startURL).href);
    await this.visit(startURL);
    if (/action="[^"]*\/signin"/.test(this.text)) await this.submit(/\/signin"/);
    if (/Continue as/.test(this.text)) await this.submit(/Continue as/);
    return this;
  }
}

function attribute(tag, name) {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'");
}
