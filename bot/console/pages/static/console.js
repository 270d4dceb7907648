// The console's pages: what is live, what is typed, what is pressed. The server renders, this file only asks for it.
import { listen } from "./live.js";
import { morph, parsed } from "./morph.js";
import { call, session, toast } from "./call.js";
import "./composer.js";
import "./clock.js";
import { keys } from "./keys.js";

const page = document.querySelector("[data-csrf]");

class LivePart extends HTMLElement {
  #reading = false;
  #again = false;
  low = true; // at the end of what was said, as the reader left it: what makes the room smaller does not change it
  connectedCallback() {
    const every = Number(this.dataset.every); // not all that it shows is told of
    if (every) setInterval(() => { if (!document.hidden) this.refresh(); }, every);
    const scroll = this.querySelector(".scroll");
    if (!scroll) return;
    let room = scroll.clientHeight;
    scroll.addEventListener("scroll", () => {
      if (scroll.clientHeight === room) this.low = scroll.scrollHeight - scroll.scrollTop - room < 60;
    });
    new ResizeObserver(() => {
      room = scroll.clientHeight;
      if (this.low) toEnd(this);
    }).observe(scroll);
  }
  get concerns() { return Number(this.dataset.id) || 0; }
  async refresh() {
    if (this.#reading) { this.#again = true; return; }
    this.#reading = true;
    do {
      this.#again = false;
      await this.#read();
      await new Promise((rested) => setTimeout(rested, Number(this.dataset.rest) || 0)); // what is told meanwhile is read once
    } while (this.#again);
    this.#reading = false;
  }
  async #read() {
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") return session.ended();
      if (answer.ok) {
        const { low } = this;
        morph(this, parsed(await answer.text()));
        if (low) toEnd(this);
        this.dispatchEvent(new CustomEvent("read", { bubbles: true }));
      } else if (answer.status === 404 && this.id === "talk") location.assign("/console/");
    } catch { /* offline: the stream says so, and what is missed is read when it is back */ }
  }
}
customElements.define("live-part", LivePart);

function toEnd(part) {
  const scroll = part.querySelector(".scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
  if (matchMedia("(max-width: 760px)").matches) part.querySelector(".line:last-child")?.scrollIntoView({ block: "nearest" });
}

function told(change) {
  if (change.kind === "counter") return counted(change.data);
  if (change.kind === "signout") return session.ended();
  for (const part of document.querySelectorAll("live-part")) {
    const on = part.getAttribute("on");
    if (change.kind !== "reload" && (change.kind === "callback") !== (on === "callbacks")) continue;
    const every = change.kind === "reload" || on === "list" || on === "callbacks";
    if (change.kind === "presence" && part.id !== "talk") continue;
    if (every || part.concerns === change.data.id) part.refresh();
  }
}

function counted(counts) {
  for (const one of document.querySelectorAll("[data-count]")) one.textContent = counts[one.dataset.count];
}

function aged() {
  const [now, min, hour, day] = page.dataset.units.split("|");
  for (const one of document.querySelectorAll("time[data-since]")) {
    const minutes = Math.floor((Date.now() - Date.parse(one.dataset.since)) / 60000);
    one.textContent = minutes < 1 ? now : minutes < 60 ? `${minutes} ${min}` : minutes < 1440 ? `${Math.floor(minutes / 60)} ${hour}` : `${Math.floor(minutes / 1440)} ${day}`;
  }
}

const talk = document.getElementById("talk");
const number = Number(talk?.dataset.id);
const version = () => Number(talk.querySelector(".head").dataset.version);

// A reading that began before the claim shows no box to answer in yet: the next one does.
function focusWhenShown() {
  const reply = document.getElementById("reply");
  reply.focus();
  if (document.activeElement !== reply) talk.addEventListener("read", focusWhenShown, { once: true });
}

async function act(name, more = {}) {
  const answer = await call(`/console/api/conversations/${number}/${name}`, { version: version(), ...more });
  if (answer?.ok && name === "claim") focusWhenShown();
  for (const part of document.querySelectorAll("live-part")) part.refresh();
  return answer;
}

document.addEventListener("click", (event) => {
  const one = event.target.closest("[data-act]:not(form), [data-open], [data-close], [data-earlier], [data-again]");
  if (!one) return;
  if (one.dataset.act) act(one.dataset.act);
  if (one.dataset.open) open(one.dataset.open, one.dataset.to);
  if ("close" in one.dataset) one.closest("dialog").close();
  if (one.dataset.earlier) earlier(one);
  if ("again" in one.dataset) again(one);
});

function open(id, to) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  if (to) dialog.querySelector("[name=to]").value = to;
  dialog.showModal();
  dialog.querySelector("textarea, select, input")?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("dialog form[data-act]");
  if (!form) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  if (fields.hours) fields.until = new Date(Date.now() + Number(fields.hours) * 3600000).toISOString();
  const name = { note: "notes" }[form.dataset.act] ?? form.dataset.act;
  const answer = await act(name, fields);
  if (!answer?.ok) return;
  if (name === "reveal") show(await answer.clone().json());
  form.reset();
  form.closest("dialog").close();
});

// In the clear for a minute; what is read again meanwhile leaves it alone.
function show(details) {
  for (const one of document.querySelectorAll("[data-clear]")) {
    one.textContent = details[one.dataset.clear] || "—";
    one.dataset.shown = "";
  }
  clearTimeout(show.timer);
  show.timer = setTimeout(() => {
    for (const one of document.querySelectorAll("[data-shown]")) delete one.dataset.shown;
    for (const part of document.querySelectorAll("live-part")) part.refresh();
  }, 60000);
}

function again(one) {
  const field = document.getElementById("reply");
  field.value = one.closest(".line").querySelector(".text").textContent;
  field.dispatchEvent(new Event("input"));
  field.focus();
}

async function earlier(button) {
  const answer = await fetch(`/console/api/conversations/${number}/messages?before=${button.dataset.earlier}`);
  if (!answer.ok) return;
  const { items } = await answer.json();
  const list = talk.querySelector(".lines");
  const lines = items.map((line) => {
    const shown = list.querySelector(".line").cloneNode(true);
    shown.className = `line ${line.author} ${line.state}`;
    shown.dataset.key = line.sequence;
    shown.dataset.stays = "";
    shown.querySelector(".text").textContent = line.text;
    shown.querySelector(".meta").textContent = new Date(line.at).toLocaleString(document.documentElement.lang);
    return shown;
  });
  list.prepend(...lines);
  if (items.length) button.dataset.earlier = items[0].sequence;
  if (items.length < 50) button.hidden = true;
}

if (page) {
  for (const part of document.querySelectorAll("live-part")) toEnd(part);
  listen(Number(page.dataset.event), told);
  setInterval(aged, 20000);
  keys({ open, act, talk });
}
export { toast };
