/** Builds a class as `@nestjs/passport` does: its `verify` is async and calls the last of any arguments as `done`. */
type Constructor = new (...parameters: never[]) => object;

export function PassportStrategy(Strategy: Constructor): new (options: object) => object {
  abstract class Mixin extends (Strategy as unknown as new (...parameters: unknown[]) => object) {
    constructor(...parameters: unknown[]) {
      super(...parameters, async (...given: unknown[]) => {
        const done = given.at(-1) as (error: unknown, user?: unknown) => void;
        try {
          done(null, await this.validate(...given));
        } catch (error) {
          done(error, null);
        }
      });
    }
    abstract validate(...given: unknown[]): Promise<unknown>;
  }
  return Mixin as unknown as new (options: object) => object;
}
