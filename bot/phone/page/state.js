// What the page knows, and the small things that everything else uses.
import { WORDS } from "/static/words.js";

export const CHANNELS = ["viber", "sms"];
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const state = { facts: null, person: "A", language: "el", pane: "viber", chats: new Map(), flags: {}, read: new Map() };

export function say(word, values = {}) {
  const text = WORDS[state.language][word] ?? word;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const person = (key = state.person) => state.facts.people.find((one) => one.key === key);
export const nameOf = (one) => (one.afm ? one.name : say("stranger"));
export const chatOf = (channel, key = state.person) => state.chats.get(`${channel}/${key}`) || [];
export const device = (channel) => $(`.device.${channel}`);
export const shown = (channel) => !document.hidden && device(channel).offsetParent !== null;
export const timeOf = (at) => new Date(at).toLocaleTimeString(state.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
