// The answer that is being written: kept on the server, measured by it, sent once whatever the line does.
import { call, toast } from "./call.js";

const RESTS = 500;

class TalkComposer extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.talk = document.getElementById("talk");
    this.key = crypto.randomUUID();
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send(event);
    });
    this.querySelector("form").addEventListener("submit", (event) => this.send(event));
    this.querySelector("#canned").addEventListener("change", (event) => this.pick(event.target));
    this.talk.addEventListener("read", () => this.stand());
    this.stand();
    if (this.field.value) this.measure();
    this.presence(false);
    addEventListener("pagehide", () => navigator.sendBeacon && this.presence(false, null));
  }
  get path() { return `/console/api/conversations/${this.dataset.id}`; }
  get head() { return this.talk.querySelector(".head"); }
  stand() { this.classList.toggle("mine", this.head.dataset.mine === "1"); }
  pick(select) {
    if (!select.value) return;
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    this.field.setRangeText(value ? ` ${select.value}`.slice(start ? 0 : 1) : select.value, start, end, "end");
    select.value = "";
    this.typed();
    this.field.focus();
  }
  typed() {
    this.key = crypto.randomUUID();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), RESTS);
    if (!this.typing) this.presence(true);
    this.typing = true;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => { this.typing = false; this.presence(false); }, 6000);
  }
  async rest() {
    await call(`${this.path}/draft`, { text: this.field.value }, { method: "PUT", quiet: true });
    await this.measure();
  }
  async measure() {
    const answer = await call(`${this.path}/preview`, { text: this.field.value }, { quiet: true });
    if (!answer?.ok) return;
    const { parts, cost, characters, fits } = await answer.json();
    const shown = this.querySelector("#cost");
    const billed = shown.dataset.channel === "sms" ? `${parts} ${shown.dataset.parts}${cost ? ` · ${cost.toFixed(3)} €` : ""}` : "";
    shown.textContent = parts ? [`${characters} ${shown.dataset.characters}`, fits ? billed : shown.dataset.long].filter(Boolean).join(" · ") : "";
  }
  presence(typing, viewing = Number(this.dataset.id)) {
    call("/console/api/presence", { viewing, typing }, { quiet: true });
  }
  async send(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text || this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    const body = { version: Number(this.head.dataset.version), text };
    const answer = await call(`${this.path}/reply`, body, { headers: { "Idempotency-Key": this.key } });
    this.sending = false;
    if (answer?.status === 422 && (await answer.clone().json()).error === "too long") toast(this.querySelector("#cost").dataset.long);
    if (answer?.ok && this.field.value.trim() === text) {
      this.field.value = "";
      this.key = crypto.randomUUID();
      this.querySelector("#cost").textContent = "";
    }
    this.talk.low = true; // one's own answer is seen
    this.talk.refresh();
  }
}
customElements.define("talk-composer", TalkComposer);
