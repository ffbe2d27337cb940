/** The look of all pages, with the colours and sizes of the console. */
export const pageStyle = `
@font-face{font-family:"IBM Plex Sans";font-weight:100 700;font-display:swap;src:url(FONT) format("woff2")}
:root{color-scheme:light dark;
--canvas:#dfe3e6;--panel:#eef1f3;--raised:#fafbfc;--line:#c5ccd2;--soft:#d8dee2;--field:#87929c;
--text:#171c21;--text-2:#46515b;--text-3:#5b6670;--running:#8b97a2;--strong:#3d4852;
--accent:#1b5a86;--p1:#c0142c;--p1-wash:#f8eaec;--p2:#b35900;--key:#171c21;--key-over:#313a43;--on-key:#fff}
@media(prefers-color-scheme:dark){:root{
--canvas:#121517;--panel:#191d20;--raised:#20252a;--line:#353d44;--soft:#292f35;--field:#69747e;
--text:#e4e8eb;--text-2:#a9b4bd;--text-3:#8b97a1;--running:#66727d;--strong:#aab5bf;
--accent:#86bde4;--p1:#ff6a6f;--p1-wash:#33242a;--p2:#ffa64a;--key:#e4e8eb;--key-over:#fff;--on-key:#171c21}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--canvas);color:var(--text);
font:400 14px/22px "IBM Plex Sans","PingFang SC","Microsoft YaHei UI","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1,h2,p,dl,dd,ol,ul{margin:0;padding:0}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.bar{display:flex;align-items:center;justify-content:space-between;gap:16px;padding:0 16px;min-height:48px;
background:var(--panel);border-bottom:1px solid var(--line)}
.brand{display:flex;align-items:center;gap:12px;font-weight:600;font-size:15px;line-height:20px;color:var(--text);text-decoration:none}
.brand svg{width:18px;height:18px}
.bar a.to{display:flex;align-items:center;justify-content:center;min-width:44px;min-height:44px;padding:0 8px;margin-right:-8px;color:var(--text-2);text-decoration:none}
.bar a.to:hover{color:var(--text);text-decoration:underline}
main{flex:1;width:100%;max-width:464px;margin:0 auto;padding:clamp(24px,11vh,128px) 16px 48px}
.sheet{background:var(--raised);border:1px solid var(--line);border-radius:4px;overflow:hidden}
.ribbon{display:block;width:100%;height:6px}
.ribbon .ran{fill:var(--running)}.ribbon .turn{fill:var(--strong)}
.in{padding:24px}
h1{font-size:22px;line-height:28px;font-weight:600;text-wrap:balance}
.lead{margin-top:8px;color:var(--text-2);text-wrap:pretty}
form{margin-top:24px}
.field{margin-top:20px}
.field:first-child{margin-top:0}
label{display:block;font-weight:500}
.hint{display:block;margin-top:2px;font-size:13px;line-height:20px;color:var(--text-3);text-wrap:pretty}
input{display:block;width:100%;min-height:44px;margin-top:6px;padding:8px 12px;border:1px solid var(--field);border-radius:4px;
background:var(--raised);color:var(--text);font:inherit;font-size:16px;line-height:24px}
input:hover{border-color:var(--text-2)}
input:focus-visible{outline-offset:1px}
input[aria-invalid]{border-color:var(--p1);box-shadow:inset 0 0 0 1px var(--p1)}
.wrong{display:flex;gap:8px;margin-top:6px;font-size:13px;line-height:20px;color:var(--text)}
.mark{flex:none;display:inline-grid;place-items:center;width:16px;height:16px;margin-top:2px;border-radius:2px;background:var(--p1);
color:var(--raised);font-size:12px;line-height:16px;font-weight:600}
.note{display:flex;gap:10px;margin-top:20px;padding:12px 14px;border-left:3px solid var(--line);background:var(--panel);text-wrap:pretty}
.note+.lead{margin-top:16px}
.note.bad{border-color:var(--p1);background:var(--p1-wash)}
.note.warn{border-color:var(--p2)}
.note strong{display:block;font-weight:600}
.key{display:flex;align-items:center;justify-content:center;width:100%;min-height:44px;margin-top:24px;padding:8px 16px;border:1px solid var(--key);
border-radius:4px;background:var(--key);color:var(--on-key);font:inherit;font-size:15px;line-height:24px;font-weight:500;text-align:center;
text-decoration:none;cursor:pointer}
.key:hover{background:var(--key-over);border-color:var(--key-over)}
.key.second{background:var(--raised);border-color:var(--field);color:var(--text)}
.key.second:hover{background:var(--panel);border-color:var(--text-2)}
.pair{display:flex;flex-wrap:wrap;gap:12px;margin-top:24px}
.pair .key{flex:1 1 140px;width:auto;margin:0}
.facts+form{margin-top:0}
.close{margin-top:12px}
.close .key{margin-top:0}
.or{display:flex;align-items:center;gap:12px;margin-top:24px;font-size:13px;line-height:20px;color:var(--text-3)}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.or+form,.or+.key{margin-top:20px}
.facts{margin-top:20px;border-top:1px solid var(--soft)}
.facts>div{display:flex;flex-wrap:wrap;gap:0 16px;padding:9px 0;border-bottom:1px solid var(--soft)}
.facts dd div+div{margin-top:6px}
.facts dt{flex:0 0 116px;color:var(--text-3)}
.facts dd{flex:1 1 200px;min-width:0;overflow-wrap:anywhere}
.facts small{display:block;font-size:13px;line-height:20px;color:var(--text-3)}
.code{display:block;margin-top:20px;padding:14px 8px;border:1px solid var(--line);border-radius:4px;background:var(--panel);text-align:center;
font:500 clamp(22px,7.5vw,30px)/40px ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"Liberation Mono",monospace;letter-spacing:.08em}
input.typed{font-family:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:20px;letter-spacing:.08em;text-transform:uppercase}
code{font:13px/20px ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.command{display:block;margin-top:8px;padding:8px 12px;border-radius:4px;background:var(--panel);border:1px solid var(--soft)}
.foot{padding:14px 24px;border-top:1px solid var(--soft);font-size:13px;line-height:20px;color:var(--text-3);text-wrap:pretty}
.foot p+p{margin-top:6px}
:lang(zh) .facts dd div+div{margin-top:6px}
.facts dt{flex-basis:88px}
@media(max-width:400px){main{padding:16px 8px 32px}.in{padding:20px 16px}.foot{padding:14px 16px}}
@media(forced-colors:active){.mark{border:1px solid}.ribbon{display:none}}
`;
