// The lesson editor: from a slip to its line, one language at a time on a phone, nothing lost by leaving. Plain ES module.

// from a slip to its line
document.addEventListener('click', (e) => {
  const button = e.target.closest('[data-line]');
  if (!button) return;
  const text = document.getElementById(button.dataset.in), lines = text.value.split('\n'), n = Number(button.dataset.line) - 1;
  const start = lines.slice(0, n).reduce((sum, line) => sum + line.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[n] ?? '').length);
  text.scrollTop = Math.max(0, (text.scrollHeight / lines.length) * (n - 4));
});

// one language at a time where two do not fit beside each other; the style sheet decides whether that is so
const langs = document.querySelector('[data-langs]');
if (langs) {
  const show = (which) => {
    langs.dataset.langs = which;
    for (const b of document.querySelectorAll('[data-show]')) b.setAttribute('aria-pressed', b.dataset.show === which);
  };
  for (const b of document.querySelectorAll('[data-show]')) b.addEventListener('click', () => show(b.dataset.show));
  show(langs.querySelector('[data-bad]')?.closest('[data-lang]')?.dataset.lang ?? (document.documentElement.lang.startsWith('zh') ? 'zh' : 'en'));
}

// leaving with something unsaved asks first
const form = document.querySelector('[data-editor]');
if (form) {
  let sent = false, changed = !!document.querySelector('.errors, .preview:not([hidden])');  // the server gave it back unsaved
  form.addEventListener('input', () => { changed = true; });
  form.addEventListener('submit', () => { sent = true; });
  addEventListener('beforeunload', (e) => { if (changed && !sent) e.preventDefault(); });
  addEventListener('pageshow', () => { sent = false; });
}
