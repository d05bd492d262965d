export { avatar, contentSecurityPolicy, generator, renderPage, type PageContext } from './layout.js';
export type { PageLanguage } from './texts.js';
export { consentPage, homePage, messagePage, signInPage } from './site-pages.js';
export type { ConsentContent, UserChoice } from './site-pages.js';
export { createStyleSheet } from './style-sheet.js';
export { copyScript } from './copy-script.js';
