/** In JavaScript, an app's user has whatever the app gives it. */
declare namespace Express {
  interface User {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
    [name: string]: any;
  }
}
