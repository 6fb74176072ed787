// The list of who sits an exam keeps itself up to date: small numbers every ten seconds; the whole list only when
// somebody came or went.
const EVERY = 10000, box = document.getElementById('underway'), T = JSON.parse(box.dataset.text);
const rows = () => [...document.querySelectorAll('[data-sitting]')];
const put = (row, name, text) => { const e = row.querySelector(`[data-${name}]`); if (e.textContent !== text) e.textContent = text; return e; };
async function ask() {
  if (document.hidden) return;
  const reply = await fetch(box.dataset.now, { headers: { accept: 'application/json' } });
  if (!reply.ok) return;
  const { sitting } = await reply.json(), known = new Map(rows().map((r) => [r.dataset.sitting, r]));
  if (sitting.length !== known.size || sitting.some((s) => !known.has(String(s.id)))) { await replace(); return; }
  for (const s of sitting) {
    const row = known.get(String(s.id)), saved = row.querySelector('progress');
    saved.value = s.saved; put(row, 'saved', String(s.saved));
    put(row, 'left', T.minutes.replace('{n}', Math.floor(s.left_ms / 60000))); put(row, 'ends', s.ends); put(row, 'facts', s.facts);
    put(row, 'extra', T.added.replace('{n}', s.extra)).hidden = !s.extra; row.querySelector('[data-unseen]').hidden = !s.unseen;
  }
}
async function replace() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html'), fresh = page.getElementById('underway');
  if (fresh) { box.replaceChildren(...fresh.childNodes); document.documentElement.classList.add('js'); }
}
const again = () => setTimeout(() => ask().catch(() => { /* the line is down: later */ }).finally(again), EVERY);
again();
