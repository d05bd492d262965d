import type { dashboardEn } from './texts.en.js';

export const dashboardFr: typeof dashboardEn = {
  fields: {
    name: 'Nom',
    domain: 'Domaine',
    redirectURL: 'URL de redirection',
    description: 'Description',
    category: 'Catégorie',
    iconURL: 'Icône (facultatif)',
  },
  hints: {
    name: 'Ce que les membres voient quand on leur demande de se connecter.',
    domain: 'Où se trouve l’application, par exemple example.com ou localhost:3000.',
    redirectURL:
      'Où les membres reviennent, avec ?auth_key=… à la fin. Indiquez-la sans «\u00a0?\u00a0» ni «\u00a0#\u00a0».',
    description: '200 caractères au plus.',
    category: null,
    iconURL: 'Adresse d’une image (https://…), ou une adresse data:image.',
  },
  mistakes: {
    nameMissing: 'Saisissez un nom pour votre application.',
    nameTooLong: 'Saisissez un nom de 64 caractères au plus.',
    domainMissing: 'Saisissez le domaine de votre application.',
    domainInvalid: 'Saisissez seulement un domaine, par exemple example.com ou localhost:3000, sans chemin.',
    redirectURLMissing: 'Saisissez une URL de redirection.',
    redirectURLInvalid:
      'Saisissez une adresse complète, sans espace, sans accent et sans «\u00a0_\u00a0» dans le nom d’hôte.',
    descriptionMissing: 'Saisissez une description de votre application.',
    descriptionTooLong: 'Saisissez une description de 200 caractères au plus.',
    categoryMissing: 'Choisissez une catégorie.',
    iconURLInvalid: 'Saisissez l’adresse d’une image qui commence par http://, https:// ou data:image/.',
  },
  categories: {
    business: 'Affaires',
    education: 'Éducation',
    entertainment: 'Divertissement',
    games: 'Jeux',
    health: 'Santé et sport',
    lifestyle: 'Art de vivre',
    news: 'Actualités',
    shopping: 'Achats',
    tools: 'Outils',
    other: 'Autre',
  },
  apps: {
    title: 'Mes applications',
    none: 'Vous n’avez pas encore d’application.',
    create: 'Créer une application',
  },
  form: {
    createTitle: 'Créer une application',
    editTitle: (app) => `Modifier ${app}`,
    mistakesTitle: 'Certains champs sont à revoir\u00a0:',
    choose: 'Choisissez une catégorie',
    create: 'Créer l’application',
    save: 'Enregistrer',
    cancel: 'Annuler',
  },
  app: {
    edit: 'Modifier',
    remove: 'Supprimer',
    credentials: 'Identifiants',
    about: 'À propos de l’application',
    show: 'Afficher app_secret',
    secretHint: 'Gardez-le sur votre serveur\u00a0: qui le possède peut agir au nom de votre application.',
    copy: 'Copier',
    copied: 'Copié',
    copyFailed: 'Sélectionné\u00a0: faites Ctrl+C',
    code: 'Code à coller',
    install: 'Installez les paquets\u00a0:',
    env: 'Mettez ces lignes dans un fichier nommé .env, à côté du programme\u00a0:',
    showEnv: 'Afficher .env (contient des secrets)',
    typeScript: 'TypeScript (app.ts)',
    javaScript: 'JavaScript (app.mjs)',
    tryIt: 'Démarrez-le avec «\u00a0node --env-file=.env app.mjs\u00a0», puis ouvrez',
    realSite: (site) =>
      `Pour le vrai ${site}, mettez son adresse, ses identifiants et un nouveau SESSION_SECRET dans .env\u00a0; le programme reste.`,
  },
  traps: {
    title: 'Cette URL de redirection complique les connexions',
    lead:
      'Le fournisseur ajoute la clé à la fin sans regarder ce qui s’y trouve\u00a0; les membres reviennent ' +
      'donc à\u00a0:',
    query:
      'À cause du «\u00a0?\u00a0», la plupart des frameworks lisent la clé comme une partie d’un autre ' +
      'paramètre. passport-loginwith la retrouve quand même.',
    fragment:
      'Les navigateurs gardent pour eux tout ce qui suit «\u00a0#\u00a0»\u00a0: la clé n’arrive jamais à ' +
      'votre serveur et aucune connexion ne peut réussir.',
    cut:
      'Elle ne tient pas dans les 256 caractères de sa colonne\u00a0: sa fin est perdue et aucune connexion ne ' +
      'peut réussir.',
    advice:
      'Elle est permise, comme sur le vrai site. Une adresse courte, sans «\u00a0?\u00a0» ni «\u00a0#\u00a0» ' +
      'fonctionne partout.',
  },
  remove: {
    title: (app) => `Supprimer ${app}\u202f?`,
    lead:
      'Son app_id et son app_secret cessent aussitôt de fonctionner et aucun membre ne peut plus se ' +
      'connecter avec elle. C’est définitif.',
    confirm: 'Supprimer l’application',
    cancel: 'La garder',
  },
  logins: {
    title: 'Mes connexions',
    lead:
      'Les applications que vous avez acceptées. Elles peuvent vous connecter sans redemander. Après ' +
      '«\u00a0Retirer\u00a0», la question vous est posée à la prochaine connexion.',
    none: 'Vous n’avez encore accepté aucune application.',
    accepted: 'Acceptée le',
    remove: 'Retirer',
  },
  done: {
    created: 'L’application a été créée.',
    saved: 'Vos modifications ont été enregistrées.',
    deleted: 'L’application a été supprimée.',
    removed: 'L’application a été retirée. La question vous sera posée à sa prochaine connexion.',
  },
  notFound: {
    title: 'Application introuvable',
    message: 'Cette application n’existe pas, ou elle appartient à quelqu’un d’autre.',
  },
};
