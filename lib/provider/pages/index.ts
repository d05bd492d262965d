export { contentSecurityPolicy, type PageContext } from './layout.js';
export type { Language } from './texts.js';
export { consentPage, homePage, messagePage, signInPage } from './site.js';
export type { ConsentContent, PersonChoice, SignInContent } from './site.js';
export { styleSheet } from './style.js';
export { copyScript } from './script.js';
