// Marking an answer: the sum as it grows, and keys 1 to 9 for those who switch them on (kept in this browser).
const form = document.querySelector('form.marking'), boxes = [...form.querySelectorAll('[name=met]')];
const sum = form.querySelector('[data-sum]'), keys = form.querySelector('[data-keys]'), KEY = 'marking-keys';
document.documentElement.classList.add('js');
function paint() {
  const earned = boxes.filter((b) => b.checked).reduce((s, b) => s + Number(b.dataset.points), 0);
  sum.querySelector('b').textContent = Math.min(Number(sum.dataset.worth), Math.max(0, earned));
}
form.addEventListener('change', paint);
try { keys.checked = localStorage.getItem(KEY) === '1'; } catch { /* storage is off: off by default */ }
keys.addEventListener('change', () => { try { localStorage.setItem(KEY, keys.checked ? '1' : '0'); } catch { /* for this page only */ } });
addEventListener('keydown', (e) => {
  if (!keys.checked || e.ctrlKey || e.altKey || e.metaKey || e.target.matches('textarea, select, input:not([type=checkbox])')) return;
  const box = boxes.find((b) => b.value === e.key); if (box) { box.checked = !box.checked; paint(); }
});
paint();
