/** For hints on what is wrong with the options or the site. */
export const doctorAdvice = '"npx passport-loginwith doctor" checks the set-up.';
/** For hints on what is wrong with the running app or a proxy before it. */
export const doctorAppAdvice = '"npx passport-loginwith doctor --app URL" checks the running app.';
