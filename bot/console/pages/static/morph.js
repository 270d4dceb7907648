// Puts new HTML in the place of old, changing only what differs: keyed children keep their place, focus and scrolling.
const policy = window.trustedTypes?.createPolicy("console", { createHTML: (html) => html });

export function parsed(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html").body;
}

export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) if (old.localName !== "live-part" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  if (old.localName !== "live-part") for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  children(old, fresh);
}

const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key : undefined);

function children(old, fresh) {
  const keyed = new Map([...old.children].filter(keyOf).map((node) => [keyOf(node), node]));
  let place = old.firstChild;
  while (place && place.nodeType === 1 && "stays" in place.dataset) place = place.nextSibling;
  for (const node of [...fresh.childNodes]) {
    const same = keyOf(node) ? keyed.get(keyOf(node)) : place && !keyOf(place) && alike(place, node) ? place : undefined;
    if (!same) old.insertBefore(document.importNode(node, true), place);
    else {
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      update(same, node);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName;

function update(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else if (!("shown" in old.dataset) && !old.isEqualNode(fresh)) morph(old, fresh);
}
