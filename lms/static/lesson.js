// A lesson's page: where the reader is, and that it was read. Plain ES module; without it the button does the same.

// contents: mark the part that is being read
const links = new Map([...document.querySelectorAll('.toc a')].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
if (heads.length) {
  const mark = () => {
    const now = heads.filter((h) => h.getBoundingClientRect().top < innerHeight / 3).pop() ?? heads[0];
    for (const [id, a] of links) if (id === now.id) a.setAttribute('aria-current', 'true'); else a.removeAttribute('aria-current');
  };
  addEventListener('scroll', mark, { passive: true }); mark();
}

// read: the end was in view, and the page was looked at for a fair share of its minutes
const form = document.querySelector('[data-finish]');
if (form) {
  const need = Math.min(90, Math.max(15, Number(form.dataset.finish) * 6));
  let seen = 0, atEnd = false, sent = false;
  const finish = async () => {
    if (sent || !atEnd || seen < need) return;
    sent = true;
    try {
      const reply = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'HX-Request': 'true' } });
      if (!reply.ok) return;                                // the button is still there
      document.getElementById('read-state').innerHTML = await reply.text();
      const button = form.querySelector('button');
      button.firstChild.data = button.dataset.done;
    } catch { sent = false; }                               // no network: tried again with the next second
  };
  setInterval(() => { if (document.visibilityState === 'visible') seen += 1; finish(); }, 1000);
  new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) { atEnd = true; finish(); } }).observe(document.getElementById('end'));
}
