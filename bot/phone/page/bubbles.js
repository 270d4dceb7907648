// One message as elements. Texts only ever become text nodes: nothing a person or the service writes is markup here.
const LINK = /https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]·]/g;
const TICKS = { queued: "◷", accepted: "◷", sending: "◷", taken: "✓", sent: "✓", delivered: "✓✓", seen: "✓✓", failed: "!", undelivered: "!" };
const EVENTS = { opened: "opened", subscribed: "didSubscribe", unsubscribed: "didUnsubscribe" };

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The service is known by its public address and may listen at another: links lead to where it listens.
export function reachable(url, facts) {
  if (typeof url !== "string" || !/^https?:\/\//i.test(url)) return null;
  const base = facts.public_url;
  return url === base || url.startsWith(base + "/") ? facts.counter_url + url.slice(base.length) : url;
}

export function link(url, text, facts) {
  const target = reachable(url, facts);
  if (!target) return document.createTextNode(text);
  const made = element("a", "", text);
  made.href = target;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

function withLinks(text, facts) {
  const made = element("p", "text");
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    made.append(text.slice(from, match.index), link(match[0], match[0], facts));
    from = match.index + match[0].length;
  }
  made.append(text.slice(from));
  return made;
}

function card(sign, title, line, extra) {
  const made = element("div", "card");
  made.append(element("span", "sign", sign));
  const words = element("div");
  words.append(element("strong", "", title));
  if (line) words.append(element("span", "line", line));
  if (extra) words.append(extra);
  made.append(words);
  made.querySelector(".sign").setAttribute("aria-hidden", "true");
  return made;
}

const BODIES = {
  picture: (bubble, say, facts) => {
    const image = element("img", "photo");
    image.alt = bubble.text || say("picture");
    image.src = reachable(bubble.detail.media, facts) || "";
    return [image];
  },
  video: (bubble, say, facts) => [card("▶", say("video"), "", link(bubble.detail.media, bubble.detail.media, facts))],
  file: (bubble, say, facts) => [card("▤", bubble.detail.file_name || say("file"), size(bubble.detail.size), link(bubble.detail.media, say("file"), facts))],
  url: (bubble, say, facts) => [link(bubble.detail.media, bubble.detail.media, facts)],
  contact: (bubble, say) => [card("☏", bubble.detail.contact?.name || say("contact"), bubble.detail.contact?.phone_number || "")],
  location: (bubble, say) => [card("⌖", say("location"), [bubble.detail.location?.lat, bubble.detail.location?.lon].join(", "))],
  sticker: (bubble, say) => {
    const made = element("span", "sticker", "👍");
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", say("sticker"));
    return [made];
  },
  rich_media: (bubble, say) => [card("▦", say("rich_media"), "")],
};

function size(bytes) {
  return typeof bytes === "number" ? `${Math.max(1, Math.round(bytes / 1024))} KB` : "";
}

function meta(bubble, say, time) {
  const made = element("p", "meta");
  made.setAttribute("aria-live", "off");
  if (bubble.parts) {
    const parts = bubble.parts.parts === 1 ? say("onePart") : say("parts", { n: bubble.parts.parts });
    made.append(element("span", "parts", `${bubble.parts.encoding} · ${parts}`));
  }
  made.append(element("time", "", time));
  const tick = element("span", "tick");
  const sign = element("span", "", TICKS[bubble.status] || "");
  sign.setAttribute("aria-hidden", "true");
  tick.append(sign, " ", say(bubble.status));
  made.append(tick);
  return made;
}

// A row of the chat, or null where Viber shows nothing (a keyboard alone).
export function row(bubble, say, facts, time) {
  if (bubble.kind === "keyboard") return null;
  if (bubble.kind === "event") return element("p", "event", say(EVENTS[bubble.text] || bubble.text));
  const made = element("div", `row ${bubble.mine ? "mine" : "theirs"} ${bubble.status}`);
  const body = element("div", "bubble");
  body.append(element("span", "hidden", `${bubble.mine ? say("you") : facts.service}: `));
  body.append(...(BODIES[bubble.kind]?.(bubble, say, facts) || []));
  if (bubble.text) body.append(withLinks(bubble.text, facts));
  body.append(meta(bubble, say, time));
  made.append(body);
  return made;
}

function dark(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 150;
}

export function button(one, press) {
  const made = element("button", "", one.label || "…");
  made.type = "button";
  made.style.gridColumn = `span ${Math.min(6, Math.max(1, Number(one.Columns) || 6))}`;
  made.style.minHeight = `${Number(one.Rows) === 2 ? 92 : 44}px`;
  if (/^#[0-9a-f]{6}$/i.test(one.BgColor || "")) {
    made.style.background = one.BgColor;
    made.style.color = dark(one.BgColor) ? "#fff" : "#1b1730";
  }
  made.addEventListener("click", press);
  return made;
}
