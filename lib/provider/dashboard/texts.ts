import type { PageLanguage } from '../pages/index.js';
import { dashboardEn } from './texts.en.js';
import { dashboardFr } from './texts.fr.js';

/** Every text of the dashboard; a language that lacks one does not compile. */
export type DashboardTexts = typeof dashboardEn;

export function dashboardTexts(language: PageLanguage): DashboardTexts {
  return language === 'fr' ? dashboardFr : dashboardEn;
}
