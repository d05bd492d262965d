import { html, type Placeholder } from 'passport-loginwith/express';

// What a query such as ?name[markup]=<script> or a JSON body makes, where an app expects text.
const forged = JSON.parse('{ "markup": "<script>" }') as Placeholder;

test.each<[string, Placeholder, string]>([
  ['text is escaped', `<b class="x">'&`, '&lt;b class=&quot;x&quot;&gt;&apos;&amp;'],
  ['a number', 7, '7'],
  ['markup is not escaped again', html`<b>${'<'}</b>`, '<b>&lt;</b>'],
  ['nor is a list of it', [html`<b>1</b>`, html`<b>2</b>`], '<b>1</b><b>2</b>'],
  ['null prints nothing', null, ''],
  ['nor does undefined', undefined, ''],
  ['nor does false', false, ''],
  ['an object with a text called markup is no markup', forged, '[object Object]'],
  ['nor is a list of such', [forged] as Placeholder, '[object Object]'],
  ['nor is a list of text', ['<script>'] as unknown as Placeholder, '&lt;script&gt;'],
  ['nor is anything else', (() => '<script>') as unknown as Placeholder, '() =&gt; &apos;&lt;script&gt;&apos;'],
])('%s', (_what, value, expected) => {
  expect(html`${value}`.markup).toBe(expected);
});
