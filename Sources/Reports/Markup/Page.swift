/// A page that needs nothing else: no script, no network, one file to send to somebody.
public struct Page: Sendable {
  public let title: String
  public let body: [Markup]

  public init(title: String, body: [Markup]) {
    self.title = title
    self.body = body
  }

  public var html: String {
    let head = Markup.tag(
      "head", nil, .element("meta", [.init("charset", "utf-8")], []),
      .element(
        "meta", [.init("name", "viewport"), .init("content", "width=device-width, initial-scale=1")], []),
      // A browser holds the page to it, whatever is in it.
      .element(
        "meta",
        [
          .init("http-equiv", "Content-Security-Policy"),
          .init("content", "default-src 'none'; style-src 'unsafe-inline'"),
        ], []),
      .element("meta", [.init("name", "color-scheme"), .init("content", "light dark")], []),
      .tag("title", nil, .text(title)), .styleSheet(Self.styleSheet))
    let page = Markup.element(
      "html", [.init("xmlns", "http://www.w3.org/1999/xhtml"), .init("lang", "en")],
      [head, .tag("body", nil, .tag("main", children: body))])
    return "<!DOCTYPE html>\n" + page.written + "\n"
  }

  private static let styleSheet: StaticString = """
    :root {
      color-scheme: light dark;
      --page: #f6f6f3; --card: #ffffff; --ink: #1d1f21; --muted: #62666c; --line: #e2e2dd; --soft: #f0f0ec;
      --accent: #2c6bd1; --accent-soft: #2c6bd126; --good: #23804a; --warn: #9a6200; --bad: #bf3a30; --idle: #84898f;
      --s0: #3f7fbf; --s1: #d98032; --s2: #3a9a86; --s3: #8d6bb8; --s4: #c2596f; --s5: #9a8b3c; --s6: #7a8087;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #141619; --card: #1c1f23; --ink: #e7e7e4; --muted: #9ea3aa; --line: #32363c; --soft: #24282d;
        --accent: #7eabf7; --accent-soft: #7eabf733; --good: #66c78d; --warn: #e2ae55; --bad: #f08a80;
        --idle: #8b9198;
        --s0: #6ba3dc; --s1: #e5a160; --s2: #62bfaa; --s3: #b195d8; --s4: #dd8496; --s5: #c4b565; --s6: #a1a7ae;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
    h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; font-weight: 650; }
    h2 { font-size: 17px; margin: 0 0 14px; font-weight: 650; }
    h3 { font-size: 14px; margin: 18px 0 6px; font-weight: 600; }
    p { margin: 6px 0; } .muted { color: var(--muted); } .small { font-size: 13px; }
    section {
      background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px;
      margin-top: 18px; overflow-x: auto;
    }
    code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
    code { overflow-wrap: anywhere; }
    .badge {
      display: inline-block; border-radius: 999px; padding: 1px 11px; font-size: 13px; font-weight: 600;
      border: 1px solid currentColor; vertical-align: 3px; margin-left: 8px; white-space: nowrap;
    }
    .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
    .busy { color: var(--accent); } .idle { color: var(--idle); }
    .figures { display: flex; flex-wrap: wrap; gap: 8px 40px; margin: 20px 0 0; }
    .figures div { min-width: 90px; }
    .figures b { display: block; font-size: 23px; font-weight: 620; line-height: 1.2; }
    .figures span { color: var(--muted); font-size: 13px; }
    table { border-collapse: collapse; width: 100%; }
    th {
      text-align: left; font-weight: 600; color: var(--muted); font-size: 12.5px; border-bottom: 1px solid var(--line);
      padding: 4px 14px 6px 0; white-space: nowrap;
    }
    td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    .shares td:first-child { width: 34%; }
    tr:last-child td { border-bottom: 0; } .number { text-align: right; white-space: nowrap; }
    td.item { max-width: 420px; overflow-wrap: anywhere; }
    .swatch { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px; }
    svg { display: block; max-width: 100%; height: auto; }
    svg text { fill: var(--ink); font-size: 12.5px; } svg .muted { fill: var(--muted); font-size: 11.5px; }
    svg .strong { font-weight: 620; font-size: 13.5px; }
    svg .node { fill: var(--card); stroke: var(--line); stroke-width: 1.25; } svg .edge { fill: none; stroke: var(--idle); stroke-width: 1.5; }
    svg .tip { fill: var(--idle); } svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .area { fill: var(--accent-soft); } svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linejoin: round; }
    svg .mean { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 4 4; }
    svg .fill-good { fill: var(--good); } svg .fill-warn { fill: var(--warn); } svg .fill-bad { fill: var(--bad); }
    svg .fill-busy { fill: var(--accent); } svg .fill-idle { fill: var(--idle); } svg .light { opacity: 0.42; }
    .s0 { fill: var(--s0); background: var(--s0); } .s1 { fill: var(--s1); background: var(--s1); }
    .s2 { fill: var(--s2); background: var(--s2); } .s3 { fill: var(--s3); background: var(--s3); }
    .s4 { fill: var(--s4); background: var(--s4); } .s5 { fill: var(--s5); background: var(--s5); }
    .s6 { fill: var(--s6); background: var(--s6); }
    details summary { cursor: pointer; } .facts td:first-child { color: var(--muted); white-space: nowrap; width: 1%; }
    @media print { body { background: none; } section { break-inside: avoid; } }
    """
}
