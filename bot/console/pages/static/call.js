// Asking the server to do something, and saying what came of it.
const page = () => document.querySelector("[data-csrf]");

export function toast(text) {
  const line = document.getElementById("toast");
  line.textContent = text;
  line.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { line.hidden = true; }, 6000);
}

export const session = {
  ended() {
    toast(page().dataset.signedOut);
    setTimeout(() => location.assign("/console/login"), 1200);
  },
};

// The answer, or nothing where the server could not be reached; what was refused is told.
export async function call(path, body, { method = "POST", headers = {}, quiet = false } = {}) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRF-Token": page().dataset.csrf, ...headers },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) session.ended();
    else if (answer.status === 409) toast(`${page().dataset.lost} ${(await answer.clone().json()).owner}`);
    else if (!answer.ok && !quiet) toast(page().dataset.failed);
    return answer;
  } catch {
    if (!quiet) toast(page().dataset.failed);
    return undefined;
  }
}
