// The types of the page's document that playwright-core's declarations mention. The whole DOM library would let code
// that runs in Node use the browser's globals unnoticed.
interface Node {
  readonly nodeType: number;
}
interface HTMLElement extends Node {
  readonly tagName: string;
}
interface SVGElement extends Node {
  readonly tagName: string;
}
type HTMLElementTagNameMap = Record<string, HTMLElement>;
