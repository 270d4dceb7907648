// One stream for all of a browser's tabs: who holds the lock has it, and passes on what it says. It goes on after a cut
// where it stopped; when nothing was heard for 40 s (the server speaks every 15) it is begun anew.
const SILENT = 40000;
const KINDS = ["conversation", "presence", "counter", "reload", "signout", "callback"];
const channel = new BroadcastChannel("console");
const shown = document.getElementById("live");

export function listen(cursor, told) {
  const state = { cursor };
  const hear = (change) => {
    if (change.kind === "live") return live(change.data.on);
    if (change.cursor) state.cursor = Math.max(state.cursor, change.cursor);
    told(change);
  };
  channel.onmessage = (event) => hear(event.data);
  const lead = () => new Promise((gone) => new Stream(state, (change) => { channel.postMessage(change); hear(change); }, gone).open());
  if (navigator.locks) navigator.locks.request("console-stream", lead);
  else lead();
  live(true);
}

function live(on) {
  shown.textContent = on ? shown.dataset.on : shown.dataset.off;
  shown.classList.toggle("off", !on);
}

class Stream {
  constructor(state, pass, gone) { Object.assign(this, { state, pass, gone, wait: 1000 }); }
  open() {
    this.source = new EventSource(`/console/api/stream?after=${this.state.cursor}`);
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.heard(kind, event));
    this.source.onopen = () => { this.wait = 1000; this.pass({ kind: "live", data: { on: true } }); this.watch(); };
    this.source.onerror = () => this.lost();
    this.watch();
  }
  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.source.close(); this.open(); }, SILENT);
  }
  heard(kind, event) {
    this.watch();
    this.pass({ kind, cursor: Number(event.lastEventId) || 0, data: JSON.parse(event.data) });
    if (kind === "signout") { clearTimeout(this.timer); this.source.close(); this.gone(); }
  }
  lost() {
    this.pass({ kind: "live", data: { on: false } });
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, 30000);
  }
}
