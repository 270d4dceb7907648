// Sends each file piece by piece (tus 1.0) before the form goes, so that what breaks off goes on where it was.
// Where this does not run, or the server will not have it so, the form sends the files itself.
const form = document.querySelector("form[data-resumable]");
const PIECE = 1 << 20, PATIENCE = 600000, LONGEST = 15000;
const VERSION = { "Tus-Resumable": "1.0.0" };

class Refused extends Error {}

const wait = (ms) => new Promise((done) => {
  setTimeout(done, ms);
  addEventListener("online", done, { once: true });
});
const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

// Trouble on the way is waited out; a refusal is not.
async function ask(url, method, headers, body) {
  const answer = await fetch(url, { method, headers: { ...VERSION, ...headers }, body });
  if (answer.status >= 500 || answer.status === 408 || answer.status === 409) throw new Error(answer.status);
  if (!answer.ok) throw new Refused(answer.status);
  return answer;
}

async function announced(file) {
  const said = `filename ${encoded(file.name)},modified ${encoded(String(file.lastModified))}`;
  const headers = { "Upload-Length": String(file.size), "Upload-Metadata": said };
  const answer = await ask(`${location.pathname}/files`, "POST", headers);
  return answer.headers.get("Location");
}

async function sendOn(file, place, tell) {
  let offset = Number((await ask(place.url, "HEAD")).headers.get("Upload-Offset"));
  tell(offset);
  while (offset < file.size) {
    const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    const answer = await ask(place.url, "PATCH", headers, file.slice(offset, offset + PIECE));
    offset = Number(answer.headers.get("Upload-Offset"));
    place.since = Date.now();
    tell(offset);
  }
}

async function sent(file, tell, say) {
  const place = { url: "", since: Date.now() };
  for (let pause = 500; ; pause = Math.min(pause * 2, LONGEST)) {
    try {
      place.url ||= await announced(file);
      await sendOn(file, place, tell);
      return place.url.split("/").pop();
    } catch (trouble) {
      if (trouble instanceof Refused || Date.now() - place.since > PATIENCE) throw trouble;
      say("broken");
      await wait(pause);
      say("sending");
    }
  }
}

async function sendAll(input, button, status, bar) {
  const files = [...input.files], all = files.reduce((sum, file) => sum + file.size, 0);
  const say = (word) => { if (status.textContent !== form.dataset[word]) status.textContent = form.dataset[word]; };
  let before = 0;
  bar.parentElement.hidden = false;
  button.setAttribute("aria-disabled", "true");
  say("sending");
  for (const file of files) {
    const key = await sent(file, (offset) => { bar.value = (before + offset) / all; }, say);
    before += file.size;
    const named = Object.assign(document.createElement("input"), { type: "hidden", name: "upload", value: key });
    form.append(named);
  }
  input.disabled = true;
  say("checking");
}

if (form) {
  const input = form.querySelector("input[type=file]"), button = form.querySelector("button");
  const status = form.querySelector("[role=status]"), bar = form.querySelector("progress");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await sendAll(input, button, status, bar);
    } catch {
      form.querySelectorAll("[name=upload]").forEach((named) => named.remove());
    }
    form.submit();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
