// A call ends by itself: what was shown of its citizen goes from the screen then, without anybody's doing.
class CallClock extends HTMLElement {
  connectedCallback() {
    const ends = Date.now() + Number(this.dataset.seconds) * 1000;
    this.timer = setInterval(() => {
      if (Date.now() >= ends) location.assign(location.pathname);
    }, 1000);
  }
  disconnectedCallback() { clearInterval(this.timer); }
}
customElements.define("call-clock", CallClock);
