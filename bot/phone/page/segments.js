// The count of an SMS while it is typed: the same rules as gsm.py, which counts what was sent.
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
const EXTENSION = new Set("\f^{}\\[~]|€");
const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] };

export function measure(text) {
  const characters = Array.from(text);
  const gsm = characters.every((one) => BASIC.has(one) || EXTENSION.has(one));
  const encoding = gsm ? "GSM-7" : "UCS-2";
  const costs = characters.map((one) => (gsm ? (EXTENSION.has(one) ? 2 : 1) : one.length));
  const [alone, joined] = ROOM[encoding];
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  if (units <= alone) return { encoding, units, parts: 1, room: alone };
  let parts = 1;
  let filled = 0;
  for (const cost of costs) {
    if (filled + cost > joined) {
      parts += 1;
      filled = 0;
    }
    filled += cost;
  }
  return { encoding, units, parts, room: parts * joined };
}
