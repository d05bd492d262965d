/** The app's icon, for the browser's tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2456b8"/><circle cx="13" cy="16" r="5" fill="none" stroke="#fff" stroke-width="3"/><path d="M18 16h9m-4 0v4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;
