// The page: one person's two chats, kept up to date by a stream of events from the phone's server.
import { button, element, reachable, row } from "/static/bubbles.js";
import { measure } from "/static/segments.js";
import { drawBadges, drawCard, drawPeople } from "/static/side.js";
import { $, $$, CHANNELS, chatOf, device, person, say, shown, state, timeOf } from "/static/state.js";
import { WORDS, hints } from "/static/words.js";

const narrow = matchMedia("(max-width: 719px)"); // the card lies over the chat there
const CODE = /(?<![\d-])\d{6}(?!\d)/;

// what a person does

async function act(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch(`/phone/${state.person}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) line("refused", true);
    return answer.ok;
  } catch {
    line("broken", true);
    return false;
  }
}

async function send(channel, box) {
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  typed(channel, box);
  if (!(await act(`${channel}/write`, { text })) && !box.value) {
    box.value = text;
    typed(channel, box);
  }
}

async function upload(file) {
  const path = `/phone/${state.person}/upload/${encodeURIComponent(file.name)}`;
  const headers = { "Content-Type": "application/octet-stream" };
  try {
    const answer = await fetch(path, { method: "PUT", headers, body: file });
    if (!answer.ok) line("refusedFile", true);
  } catch {
    line("broken", true);
  }
}

function tap(bubble, index) {
  const one = bubble.keyboard[index];
  if (one.ActionType === "open-url") {
    const target = reachable(one.ActionBody, state.facts);
    if (target) window.open(target, "_blank", "noopener,noreferrer");
  }
  act("viber/tap", { bubble: bubble.id, button: index });
}

function propose(channel, text) {
  const box = $(`#${channel}-text`);
  box.value = text;
  typed(channel, box);
  box.focus();
}

// what is shown

function typed(channel, box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
  if (channel === "sms") {
    const { encoding, units, parts, room } = measure(box.value.trim());
    const words = parts === 1 ? say("onePart") : say("parts", { n: parts });
    $("#count").textContent = units ? say("count", { encoding, units, room, parts: words }) : say("countEmpty");
  }
}

function drawChat(channel) {
  const log = $(".chat", device(channel));
  log.replaceChildren();
  if (channel === "sms" && chatOf(channel).length === 0) log.append(element("p", "empty", say("smsEmpty", state.facts)));
  for (const bubble of chatOf(channel)) place(log, bubble);
  $$(".row", log).forEach((one) => one.classList.add("still"));
  log.scrollTop = log.scrollHeight;
  drawAround(channel);
}

function place(log, bubble) {
  const made = row(bubble, say, state.facts, timeOf(bubble.at));
  if (!made) return;
  made.dataset.id = bubble.id;
  $(".empty", log)?.remove();
  const old = $(`[data-id="${bubble.id}"]`, log);
  if (old) replace(old, made);
  else log.append(made);
  made.addEventListener("animationend", () => made.classList.add("still"));
  $("img", made)?.addEventListener("load", () => (log.scrollTop = log.scrollHeight));
}

// What changes of a message is how far it has come: the rest stays in place, so that nobody has it read out again.
function replace(old, made) {
  if (!$(".meta", old) || !$(".meta", made)) return old.replaceWith(made);
  old.className = `${made.className} still`;
  $(".meta", old).replaceWith($(".meta", made));
}

function drawAround(channel) {
  if (channel === "viber") drawKeyboard();
  drawHints(channel);
  drawStates();
  markRead();
}

function drawKeyboard() {
  const newest = chatOf("viber").findLast((bubble) => !bubble.mine && bubble.status !== "failed");
  const keys = (newest?.keyboard || []).map((one, index) => button(one, () => tap(newest, index)));
  $("#keyboard").replaceChildren(...keys);
  $("#keyboard").hidden = keys.length === 0;
}

function newCode() {
  const sms = chatOf("sms").findLast((bubble) => !bubble.mine);
  const found = sms?.text.match(CODE)?.[0];
  return found && !chatOf("viber").some((bubble) => bubble.mine && bubble.text.includes(found)) ? found : null;
}

function drawHints(channel) {
  const chips = hints(channel, person(), state.language).map(({ text, label }) => chip(label, "", () => propose(channel, text)));
  const code = channel === "viber" ? newCode() : null;
  if (code) chips.unshift(chip(say("code", { code }), "code", () => propose("viber", code)));
  const strip = $(".hints", device(channel));
  const isNew = code && $(".code", strip)?.textContent !== chips[0].textContent;
  strip.replaceChildren(...chips);
  if (isNew) strip.scrollLeft = 0; // wherever it was scrolled to: the code comes first
}

function chip(text, className, press) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

function drawStates() {
  const flags = state.flags[state.person] || {};
  $("#viber-state").textContent = say(flags.off ? "noSignal" : flags.subscribed ? "subscribed" : "notSubscribed");
  $("#sms-state").textContent = flags.stopped ? `${state.facts.number} · ${say("stopped")}` : state.facts.number;
  $("#cover").hidden = Boolean(flags.open) || chatOf("viber").length > 0;
  $("#power").checked = !flags.off;
  $$(".device").forEach((one) => one.classList.toggle("off", Boolean(flags.off)));
  $$(".composer, .hints, .keyboard, .cover").forEach((one) => (one.inert = Boolean(flags.off)));
}

function markRead() {
  for (const channel of CHANNELS.filter(shown)) {
    const newest = chatOf(channel).at(-1);
    if (newest) state.read.set(`${channel}/${state.person}`, newest.id);
  }
  drawBadges();
  if (shown("viber") && chatOf("viber").some((bubble) => bubble.status === "delivered")) lookSoon();
}

let looking = 0;
function lookSoon() {
  clearTimeout(looking);
  looking = setTimeout(() => shown("viber") && act("viber/look"), 900);
}

function line(word, bad = false) {
  $("#line").textContent = say(word);
  $("#line").classList.toggle("bad", bad);
}

function choose(key) {
  if (narrow.matches) $("#about").open = false;
  state.person = key;
  remember();
  drawCard();
  CHANNELS.forEach(drawChat);
}

function showPane(pane) {
  state.pane = pane;
  document.body.dataset.pane = pane;
  $$("[data-show]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.show === pane)));
  markRead();
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.title = say("title");
  $$("[data-word]").forEach((one) => (one.textContent = say(one.dataset.word)));
  $$("[data-label]").forEach((one) => one.setAttribute("aria-label", say(one.dataset.label)));
  $$("[data-hint]").forEach((one) => (one.placeholder = say(one.dataset.hint)));
  $$("[data-language]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.language === language)));
  $$(".service").forEach((one) => (one.textContent = state.facts.service));
  remember();
  drawPeople(choose);
  drawCard();
  CHANNELS.forEach(drawChat);
  typed("sms", $("#sms-text"));
  line("connected");
}

function remember() {
  history.replaceState(null, "", `#${state.person}-${state.language}`);
}

// the stream

function apply(change) {
  if (change.change === "snapshot") {
    state.chats = new Map(change.chats.map((chat) => [`${chat.channel}/${chat.person}`, chat.bubbles]));
    state.flags = change.flags;
    state.read.clear();
    CHANNELS.forEach(drawChat);
  } else if (change.change === "flags") {
    state.flags[change.person] = change.flags;
    drawStates();
  } else merge(change);
}

function merge({ channel, person: key, bubble }) {
  const chat = chatOf(channel, key);
  const at = chat.findIndex((one) => one.id === bubble.id);
  if (at < 0) chat.push(bubble);
  else chat[at] = bubble;
  state.chats.set(`${channel}/${key}`, chat.slice(-200));
  if (key !== state.person) return drawBadges();
  const log = $(".chat", device(channel));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  place(log, bubble);
  if (atEnd || bubble.mine) log.scrollTop = log.scrollHeight;
  CHANNELS.forEach(drawAround);
}

function listen() {
  const stream = new EventSource("/phone/stream");
  stream.addEventListener("open", () => line("connected"));
  stream.addEventListener("error", () => line("broken", true));
  stream.addEventListener("message", (event) => apply(JSON.parse(event.data)));
}

// wiring

function wireComposer(channel) {
  const form = $(".composer", device(channel));
  const box = $("textarea", form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(channel, box);
    box.focus();
  });
  box.addEventListener("input", () => typed(channel, box));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

function closeMenus(except) {
  $$("details.menu[open]").forEach((menu) => menu !== except && (menu.open = false));
}

function wireMenus() {
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu"));
    if (narrow.matches && !event.target.closest("#about")) $("#about").open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && ($("details.menu[open]") || (narrow.matches && $("#about[open]")));
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });
  $$("[data-act]").forEach((one) =>
    one.addEventListener("click", () => {
      closeMenus();
      act(one.dataset.act);
    })
  );
}

function wire() {
  CHANNELS.forEach(wireComposer);
  wireMenus();
  $$("[data-language]").forEach((one) => one.addEventListener("click", () => speak(one.dataset.language)));
  $$("[data-show]").forEach((one) => one.addEventListener("click", () => showPane(one.dataset.show)));
  $("#choose").addEventListener("click", () => $("#file").click());
  $("#file").addEventListener("change", ({ target }) => {
    closeMenus();
    if (target.files[0]) upload(target.files[0]);
    target.value = "";
  });
  $("#power").addEventListener("change", ({ target }) => act("both/switch", { off: !target.checked }));
  document.addEventListener("visibilitychange", markRead);
  const toEnd = new ResizeObserver((changed) => changed.forEach(({ target }) => (target.scrollTop = target.scrollHeight)));
  $$(".chat").forEach((log) => toEnd.observe(log)); // a keyboard that opens shall not cover the newest message
  const tick = () => $$(".clock").forEach((one) => (one.textContent = timeOf(Date.now())));
  tick();
  setInterval(tick, 10000);
  if (matchMedia("(min-width: 1100px)").matches) $("#about").open = true;
  narrow.addEventListener("change", () => narrow.matches && ($("#about").open = false));
}

async function start() {
  state.facts = await (await fetch("/phone/facts")).json();
  const [key, language] = location.hash.slice(1).split("-");
  if (state.facts.people.some((one) => one.key === key)) state.person = key;
  wire();
  document.body.classList.add("ready");
  speak(language in WORDS ? language : "el");
  listen();
}

start();
