import {
  buttonStyle,
  html,
  loginWith,
  pageStyle,
  type BrandOptions,
  type ButtonOptions,
  type Dispatcher,
  type FailurePage,
  type FailureTexts,
  type PageBrand,
  type QuestionTexts,
  type TextOptions,
  type Texts,
} from 'passport-loginwith/express';
import * as web from 'passport-loginwith/web';

// For the compiler alone: an app with pages, words and a button of its own.

const brand: BrandOptions = { name: 'App', logo: '/logo.svg', color: '#2456b8', home: undefined };
const rejected: FailureTexts = { title: 'Sorry', text: '{name} knows you, and we do not.', advice: 'Ask us.' };
const question: Partial<QuestionTexts> = { title: 'Is this you?' };
const texts: TextOptions = {
  en: { failures: { user_rejected: rejected }, link: question },
  de: { login: 'Mit {name}' },
};
const wholeText = ({ login }: Texts): string => login;
const heading = ({ name = '', home }: PageBrand) => html`<a href="${home}">${name}</a>`;
const failure = (page: FailurePage & { brand: PageBrand }): string =>
  html`${heading(page.brand)} ${page.code} ${page.reason}`.markup;

export const auth = (dispatcher: Dispatcher) =>
  loginWith({
    providers: [{ name: 'pimbuzz', provider: 'pimbuzz', appId: '1', appSecret: 'x', dispatcher }],
    brand,
    texts,
    templates: { failure },
  });
const options: ButtonOptions = { returnTo: '/me', locale: 'fr' };
export const page = (login: ReturnType<typeof auth>): string =>
  html`${login.button('pimbuzz', options)}`.markup + pageStyle + buttonStyle + login.pageStyle + wholeText.name;
// @ts-expect-error -- no such option
auth.name satisfies BrandOptions;

const webBrand: web.BrandOptions = brand;
const webTexts: web.TextOptions = { en: { failures: { other: rejected satisfies web.FailureTexts } } };
const title = ({ failures }: web.Texts, { code }: web.FailurePage, { home }: web.PageBrand): string =>
  failures[code ?? 'other'].title + home;
export const login = (settings: web.LoginOptions<Request>, dispatcher: web.Dispatcher): web.Login =>
  web.createLogin({ ...settings, dispatcher, brand: webBrand, texts: webTexts, loginURL: title.name });
