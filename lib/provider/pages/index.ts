export { contentSecurityPolicy, type PageContext } from './layout.js';
export type { Language } from './texts.js';
export { consentPage, homePage, messagePage, signInPage } from './site-pages.js';
export type { ConsentContent, UserChoice, SignInContent } from './site-pages.js';
export { styleSheet } from './style-sheet.js';
export { copyScript } from './copy-script.js';
