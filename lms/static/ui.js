// Shared behaviour. Plain ES module, no dependency; every feature works (less comfortably) without it.

document.documentElement.classList.add('js');

// theme: cycle auto -> light -> dark by changing the media of the dark token sheet; the server remembers it from the cookie
const dark = document.querySelector('link[data-dark]');
const MEDIA = { auto: 'screen and (prefers-color-scheme: dark)', light: 'not all', dark: 'screen' };  // never on paper
document.querySelector('[data-theme-btn]')?.addEventListener('click', (e) => {
  const order = Object.keys(MEDIA), next = order[(order.indexOf(dark.dataset.dark) + 1) % 3];
  dark.dataset.dark = next; dark.media = MEDIA[next];
  document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
  announce(e.currentTarget.dataset[next]);
});

// one polite live region for the whole page
export function announce(text) {
  let box = document.getElementById('live');
  if (!box) { box = Object.assign(document.createElement('div'), { id: 'live', className: 'vh' }); box.setAttribute('role', 'status'); document.body.append(box); }
  box.textContent = ''; setTimeout(() => { box.textContent = text; }, 50);
}

// [data-open="id"] opens a <dialog>; [data-close] closes it. Focus return is native.
document.addEventListener('click', (e) => {
  const open = e.target.closest('[data-open]'); if (open) document.getElementById(open.dataset.open).showModal();
  if (e.target.closest('[data-close]')) e.target.closest('dialog').close();
  for (const d of document.querySelectorAll('details.menu-d[open]')) if (!d.contains(e.target)) d.open = false;
});
document.addEventListener('keydown', (e) => {
  const d = e.key === 'Escape' && document.querySelector('details.menu-d[open]');
  if (d) { d.open = false; d.querySelector('summary').focus(); }
});

// after a failed submit the server renders .errors with tabindex=-1: move focus to it
document.querySelector('.errors')?.focus();

// table: select-all and the bulk bar
for (const all of document.querySelectorAll('[data-all]')) {
  const boxes = [...document.querySelectorAll('[data-one]')], bar = document.getElementById('bulk');
  const sync = () => { const n = boxes.filter((b) => b.checked).length; all.checked = n === boxes.length; all.indeterminate = n > 0 && n < boxes.length;
    bar.hidden = n === 0; bar.querySelector('b').textContent = n; };
  all.addEventListener('change', () => { boxes.forEach((b) => { b.checked = all.checked; }); sync(); });
  boxes.forEach((b) => b.addEventListener('change', sync)); sync();
}

// panels that start folded on a phone
if (matchMedia('(max-width: 63.99rem)').matches) for (const d of document.querySelectorAll('[data-fold]')) d.open = false;

// lesson: reading progress
const bar = document.querySelector('.read-bar');
if (bar) addEventListener('scroll', () => { const h = document.documentElement; bar.value = h.scrollTop / (h.scrollHeight - h.clientHeight) || 0; }, { passive: true });

// [data-print]: the page on paper
document.querySelector('[data-print]')?.addEventListener('click', () => print());

// [data-reveal="id"] shows a password while it is pressed in; [data-copy="id"] copies a field
document.addEventListener('click', (e) => {
  const eye = e.target.closest('[data-reveal]'), copy = e.target.closest('[data-copy]');
  if (eye) {
    const field = document.getElementById(eye.dataset.reveal), shown = field.type === 'password';
    field.type = shown ? 'text' : 'password'; eye.setAttribute('aria-pressed', shown);
  }
  if (copy) {
    const field = document.getElementById(copy.dataset.copy); field.select();
    navigator.clipboard?.writeText(field.value).then(() => announce(copy.dataset.done), () => {});
  }
});
