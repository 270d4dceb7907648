// The side of the page: who holds the phone, what to know about them, and what they have not read yet.
import { element } from "/static/bubbles.js";
import { $, $$, CHANNELS, chatOf, nameOf, person, say, state } from "/static/state.js";

export function drawPeople(choose) {
  const cards = state.facts.people.map((one) => {
    const label = element("label", "person");
    const radio = element("input");
    Object.assign(radio, { type: "radio", name: "person", value: one.key, checked: one.key === state.person });
    radio.addEventListener("change", () => choose(one.key));
    const words = element("span", "words");
    words.append(element("strong", "", nameOf(one)), element("span", "number", one.afm ? `${say("person", { key: one.key })} · ${one.number}` : one.number));
    label.append(radio, element("span", "initial", one.afm ? one.key : "?"), words, element("span", "badge"));
    $(".initial", label).setAttribute("aria-hidden", "true");
    return label;
  });
  $$(".person").forEach((old) => old.remove());
  $("#people").append(...cards);
}

export function drawCard() {
  const one = person();
  const rows = [
    [say("mobile"), one.number],
    [say("afm"), one.afm || say("none")],
    [say("emep"), say(one.registered ? "yes" : "no")],
    [say("cases"), one.cases.join(", ") || say("noCases")],
  ];
  $("#card").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
  $("#holder").textContent = nameOf(one);
  $("#advice").textContent = say(adviceFor(one), { afm: one.afm });
}

function adviceFor(one) {
  if (!one.afm) return "adviceStranger";
  if (!one.registered) return "adviceNoMobile";
  return one.cases.length ? "adviceLink" : "adviceNoCase";
}

export function drawBadges() {
  for (const [name, label] of state.facts.people.map((one, index) => [one.key, $$(".person")[index]])) {
    badge($(".badge", label), CHANNELS.reduce((sum, channel) => sum + unread(channel, name), 0));
  }
  for (const channel of CHANNELS) badge($(`[data-show=${channel}] .badge`), unread(channel, state.person));
}

function badge(mark, count) {
  mark.hidden = count === 0;
  mark.replaceChildren(element("span", "", String(count)));
  mark.firstChild.setAttribute("aria-hidden", "true");
  mark.append(element("span", "hidden", say("unread", { n: count })));
}

function unread(channel, key) {
  const read = state.read.get(`${channel}/${key}`) || 0;
  return chatOf(channel, key).filter((bubble) => !bubble.mine && bubble.id > read).length;
}
