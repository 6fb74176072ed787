// The page of a sitting. The server owns the clock, the paper and every answer; this module shows the time,
// sends each change as it is made, keeps what could not be sent, and sends it when the line is back.
// Without it the same form posts and saves as a whole.
import { announce } from './ui.js';

const form = document.querySelector('form[data-attempt]'), T = JSON.parse(form.dataset.text);
const $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
const cards = $$('.q-card'), total = cards.length, first = Number(cards[0].dataset.slot), timer = $('.timer'), clock = $('b', timer);
const saved = $('.saved'), offline = $('#offline'), refused = $('#refused'), dialog = $('#confirm');
const KEY = `attempt:${form.dataset.attempt}`;
document.documentElement.classList.add('js');

// ---- what is in each slot, and which of it is not on the server's disk yet
const seqs = new Map(cards.map((c) => [Number(c.dataset.slot), Number(c.dataset.seq)]));
let unsent = new Map();                                   // slot -> {slot, seq, answer, flagged}
// every field to type or choose in, gaps by their numbers, whose order in the text depends on the language
const fields = (card) => $$('.opts .input', card).sort((a, b) => (a.dataset.gap || 0) - (b.dataset.gap || 0));
const cardOf = (slot) => cards[slot - first];            // one by one, the page has one card
const read = (slot) => {
  const card = cardOf(slot), boxes = $$('input[type=radio], input[type=checkbox]:not([data-flag])', card);
  const answer = boxes.length ? boxes.filter((b) => b.checked).map((b) => b.value) : [...$$('[data-file]', card), ...fields(card)].map((i) => i.value);
  return { answer, flagged: $('[data-flag]', card).checked };
};
const write = (slot, { answer, flagged }) => {
  const card = cardOf(slot), boxes = $$('input[type=radio], input[type=checkbox]:not([data-flag])', card);
  boxes.forEach((b) => { b.checked = answer.includes(b.value); });
  fields(card).forEach((input, n) => { input.value = answer[n] ?? ''; });
  $('[data-flag]', card).checked = flagged;
};
const lock = () => $$('.opts input, .opts select, .opts textarea', form).forEach((i) => { i.disabled = true; });
const answered = (slot) => read(slot).answer.some((a) => a.trim());
const keep = () => { try { localStorage.setItem(KEY, JSON.stringify([...unsent.values()])); } catch { /* storage is full or off: the page still has it */ } };
const forget = () => { try { localStorage.removeItem(KEY); } catch { /* the same */ } };

function changed(slot) {
  const seq = Math.max(Date.now(), (seqs.get(slot) || 0) + 1);   // above all that server and other tabs used
  seqs.set(slot, seq); unsent.set(slot, { slot, seq, ...read(slot) }); keep(); paint(slot);
}
// what an earlier page could not send: it counts if it is newer than what the server knows
try {
  for (const a of JSON.parse(localStorage.getItem(KEY) || '[]')) if (cardOf(a.slot) && a.seq > (seqs.get(a.slot) || 0)) { seqs.set(a.slot, a.seq); unsent.set(a.slot, a); write(a.slot, a); }
} catch { forget(); }

// ---- what the page says about saving
let leaving = false, state = 'open';                                       // open -> handing -> ended
const show = (look, text) => { saved.dataset.state = look; $('span', saved).textContent = text; };
function stop(text) {                                     // a refusal is said as what it is, never as "offline"
  state = 'ended'; form.dataset.readonly = ''; lock();
  offline.hidden = true; refused.hidden = false; $('b', refused).textContent = text; show('bad', T.refused); dialog.open && dialog.close();
}
const time = (iso) => new Date(iso).toLocaleTimeString('en-GB', { hour12: false });

async function send(url, body) {
  const reply = await fetch(url, { method: 'POST', credentials: 'same-origin', redirect: 'manual', headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrftoken': form.dataset.csrf }, body: JSON.stringify(body) });
  const content = await reply.json().catch(() => ({}));
  return { status: reply.status, content };
}
const expired = ({ status, content }) => status === 400 && Boolean(content.type?.endsWith('form-expired'));
async function post(url, body) {
  let reply = await send(url, body);
  if (reply.status === 401 || expired(reply)) { const found = await renew(); reply = found.status === 200 ? await send(url, body) : found; }
  return reply;
}
// who signs in again in this browser gets everything about it anew: the page asks for what it needs to send again
async function renew() {
  const reply = await fetch(form.dataset.again, { credentials: 'same-origin', redirect: 'manual', headers: { accept: 'application/json', 'x-page': form.dataset.page } });
  const content = await reply.json().catch(() => ({}));
  if (reply.status === 200) { form.dataset.csrf = content.csrf; form.elements.csrf_token.value = content.csrf; }
  return { status: reply.status, content };
}
const retryable = (status) => status === 0 || status === 429 || status >= 500;
// nobody is signed in, or somebody else is: what the page says, and keeps trying; nothing if that is not it
const unknown = (reply) => (reply.status === 401 || expired(reply) ? T.signedout : reply.status === 403 || reply.status === 404 ? T.stranger : '');

let busy = false, wait = 1000, later = 0;
async function flush() {
  clearTimeout(later);
  if (busy || state !== 'open' || !unsent.size) return;
  busy = true; const batch = [...unsent.values()]; show('busy', T.saving);
  try {
    const reply = await post(form.dataset.save, { answers: batch }), { status, content } = reply;
    if (status === 200) accepted(batch, content);
    else if (status === 409 && content.type?.endsWith('attempt-closed')) { forget(); state = 'ended'; location.assign(form.dataset.result); }
    else if (unknown(reply)) again(unknown(reply));
    else if (retryable(status)) again(content.detail);
    else stop(content.detail || T.refused);
  } catch { again(); }
  busy = false;
  if (unsent.size && wait === 1000 && state === 'open') flush();
}
function accepted(batch, reply) {
  let stale = false;
  for (const a of batch) {
    const stored = reply.saved[a.slot] ?? a.seq;
    if (stored > a.seq) stale = true;                     // another tab was newer: its answer stands
    if (unsent.get(a.slot)?.seq === a.seq) unsent.delete(a.slot);
  }
  keep(); wait = 1000; offline.hidden = true; refused.hidden = true; until(reply.left_ms);
  if (reply.message > latest) hear(); else listen();
  show('ok', `${T.saved} ${time(reply.server_now)}`);
  if (stale && !unsent.size) location.reload();
}
const warn = (text) => { offline.hidden = Boolean(text); refused.hidden = !text; if (text) $('b', refused).textContent = text; };
function again(text) {                                    // the line is down, or the server says "later"
  wait = Math.min(wait * 2, 15000); later = setTimeout(flush, wait); show('off', T.kept); warn(text);
}
// whoever comes back to the page may have signed in again elsewhere: then nothing waits any longer
document.addEventListener('visibilitychange', async () => {
  if (document.hidden || state === 'ended') return;
  try {
    const reply = await renew();
    if (reply.status === 200) { wait = 1000; if (unsent.size) flush(); else refused.hidden = true; if (state === 'handing') handIn(); }
    else if (reply.status === 409) stop(reply.content.detail);
    else if (unknown(reply)) warn(unknown(reply));
  } catch { /* the line is down: saving says so */ }
});
addEventListener('online', () => { wait = 1000; flush(); if (state === 'handing') handIn(); });

// each Chinese character is a word, as the server counts
const words = (text) => (text.match(/[\u3400-\u9fff\uf900-\ufaff]|[\p{L}\p{N}_]+?(?=[\u3400-\u9fff\uf900-\ufaff])|[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*/gu) || []).length;
let typing = 0;
const edited = (e) => {
  const card = e.target.closest('.q-card'); if (!card || state !== 'open') return;
  if (e.target.matches('[type=file]')) return;
  if (e.target.matches('[data-words]')) $('[data-count]', card).textContent = words(e.target.value);
  changed(Number(card.dataset.slot)); clearTimeout(typing);
  typing = setTimeout(flush, e.target.matches('.input') ? 800 : 0);
};
form.addEventListener('input', edited);
form.addEventListener('change', (e) => { if (e.target.matches('select')) edited(e); });   // not every browser says "input" of a list
// ordering: a place that another thing had goes to this one, and the other gets what this one had; only when the
// list is left, since arrow keys walk through every place on their way
form.addEventListener('focusin', (e) => { if (e.target.closest('[data-places]')) e.target.dataset.had = e.target.selectedIndex; });
form.addEventListener('focusout', (e) => {
  if (!e.target.closest('[data-places]') || state !== 'open' || !e.target.selectedIndex) return;
  const card = e.target.closest('.q-card'), other = fields(card).find((f) => f !== e.target && f.selectedIndex === e.target.selectedIndex);
  if (other) { other.selectedIndex = Number(e.target.dataset.had || 0); changed(Number(card.dataset.slot)); flush(); }
});
addEventListener('pagehide', () => { if (state === 'open' && unsent.size && navigator.onLine) fetch(form.dataset.save, { method: 'POST', keepalive: true, headers: { 'content-type': 'application/json', 'x-csrftoken': form.dataset.csrf }, body: JSON.stringify({ answers: [...unsent.values()] }) }); });
addEventListener('beforeunload', (e) => { if (unsent.size && state === 'open' && !leaving) { e.preventDefault(); e.returnValue = T.leave; } });

// ---- facts for the trainer to weigh, announced on the start page: how often the page is left and something pasted.
// What may have arrived is not said again: rather too few than too many.
const happened = { left: 0, pasted: 0 }; let unloading = false, telling = 0;
async function report() {
  const said = { ...happened };
  if (state !== 'open' || !said.left && !said.pasted) return;
  happened.left = happened.pasted = 0;
  const reply = await post(form.dataset.facts, said).catch(() => ({ status: 200, content: {} }));
  if (!retryable(reply.status) && !unknown(reply)) return;
  for (const each of ['left', 'pasted']) happened[each] += said[each];
  telling = setTimeout(report, 30000);
}
document.addEventListener('visibilitychange', () => { if (!unloading && document.hidden && state === 'open') { happened.left += 1; report(); } });
form.addEventListener('paste', () => { happened.pasted += 1; clearTimeout(telling); telling = setTimeout(report, 1000); });
addEventListener('pageshow', () => { unloading = false; });
addEventListener('pagehide', () => {
  unloading = true;
  if (state !== 'open' || leaving || document.hidden) return;
  happened.left += 1;
  fetch(form.dataset.facts, { method: 'POST', keepalive: true, headers: { 'content-type': 'application/json', 'x-csrftoken': form.dataset.csrf }, body: JSON.stringify(happened) });
});

// ---- one question at a time
let now = first;
function go(slot, focus = true) {
  now = Math.min(Math.max(slot, first), first + total - 1);
  for (const card of cards) card.toggleAttribute('data-now', Number(card.dataset.slot) === now);
  for (const cell of $$('[data-cell]')) { if (Number(cell.dataset.cell) === now) cell.setAttribute('aria-current', 'step'); else cell.removeAttribute('aria-current'); }
  $('[data-go="-1"]').disabled = now === first; $('[data-go="1"]').disabled = now === first + total - 1;
  if (focus) { scrollTo({ top: 0 }); $('legend', cardOf(now)).focus({ preventScroll: true }); }
  history.replaceState(null, '', `#q${now}`);
}
document.addEventListener('click', (e) => {
  const step = e.target.closest('[data-go]'); if (step) { go(now + Number(step.dataset.go)); return; }
  const link = e.target.closest('a[href^="#q"]'); if (link) { e.preventDefault(); dialog.open && dialog.close(); go(Number(link.hash.slice(2))); }
});
function paint(slot) {
  const cell = $(`[data-cell="${slot}"]`), is = answered(slot), flag = $('[data-flag]', cardOf(slot)).checked;
  cell.classList.toggle('a', is); cell.classList.toggle('f', flag);
  cell.setAttribute('aria-label', [cell.dataset.label, is ? T.answered : T.unanswered, ...(flag ? [T.flagged] : [])].join(', '));
  const done = cards.filter((c) => answered(Number(c.dataset.slot))).length;
  $$('[data-done]').forEach((e) => { e.textContent = done; }); $('.sheet progress').value = done;
}

// ---- the clock: counts to what the server said, on a clock that nobody can set; speaks at 10, 5 and 1 minutes only
let end = 0, say = [];
const left = () => Math.max(0, Math.ceil((end - performance.now()) / 1000));
function until(ms) { end = performance.now() + ms; say = [600, 300, 60].filter((s) => s < left()); }
function tick() {
  const s = left(), text = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  if (clock.textContent !== text) clock.textContent = text;
  timer.dataset.level = s <= 60 ? 'last' : s <= 300 ? 'low' : '';
  if (say.length && s <= say[0]) announce(T.left.replace('{n}', Math.ceil(say.shift() / 60)));
  if (s === 0 && state === 'open') atZero(); else if (state === 'open') setTimeout(tick, 250);
}
// a trainer may have added time since the last answer was saved: ask before handing in
async function atZero() {
  try {
    const { status, content } = await post(form.dataset.save, { answers: [] });
    if (status === 200 && content.left_ms > 0 && state === 'open') { until(content.left_ms); tick(); return; }
  } catch { /* the line is down: hand in, and wait for the answer */ }
  if (state === 'open') handIn();
}
$('button', timer).addEventListener('click', (e) => { const hide = e.currentTarget.getAttribute('aria-pressed') !== 'true'; e.currentTarget.setAttribute('aria-pressed', hide); clock.hidden = hide; });

// ---- what the trainer says, and time that was added: with a save, or else every half minute
const told = $('#messages'), sheet = $('#message'); let latest = Number(told.dataset.latest), hearing = 0;
const listen = () => { clearTimeout(hearing); hearing = setTimeout(hear, 30000); };
async function hear() {
  listen(); if (state !== 'open') return;
  try {
    const reply = await fetch(told.dataset.messages, { credentials: 'same-origin', redirect: 'manual', headers: { accept: 'application/json' } });
    const content = await reply.json().catch(() => ({}));
    if (state !== 'open') return;
    if (reply.status === 401) { warn(T.signedout); return; }
    if (reply.status === 200) { if (!unsent.size) refused.hidden = true; until(content.left_ms); latest = content.latest; content.messages.forEach(tell); }
    else if (reply.status === 409 && content.type?.endsWith('attempt-closed')) { if (unsent.size) flush(); else { state = 'ended'; forget(); location.assign(form.dataset.result); } }
  } catch { /* the line is down: saving says so */ }
}
function tell({ id, text, from, at }) {
  if ($(`[data-message="${id}"]`, told)) return;
  const note = sheet.content.firstElementChild.cloneNode(true); note.dataset.message = id;
  $('[data-from]', note).textContent = `${at} ${from}`; $('p', note).textContent = text; $('button', note).value = id;
  told.append(note);
}
async function seen(button) {
  const { status } = await post(told.dataset.messages, { seen: Number(button.value) }).catch(() => ({ status: 0 }));
  if (status === 200) { button.closest('[data-message]').remove(); $('legend', cardOf(now)).focus({ preventScroll: true }); }
}

// ---- handing in: one request carries everything, and the page waits for its answer, also while offline
form.addEventListener('submit', (e) => {
  if (e.submitter?.name === 'next') form.elements.seq.value = Math.max(Date.now(), ...seqs.values()) + 1;   // this question is left with what stands here
  if (e.submitter?.matches('[data-leaves]') && state === 'open') { leaving = true; return; }   // a file goes as the form; what waits here is kept and sent by the page that follows
  e.preventDefault();
  if (e.submitter?.name === 'seen') { seen(e.submitter); return; }
  if (state === 'open') ask();
});
function ask() {
  const lists = { unanswered: [], flagged: [] };
  for (const c of cards) { const n = Number(c.dataset.slot); if (!answered(n)) lists.unanswered.push(n); if ($('[data-flag]', c).checked) lists.flagged.push(n); }
  for (const [name, numbers] of Object.entries(lists)) {
    const p = $(`[data-list=${name}]`, dialog); p.hidden = !numbers.length;
    $('span', p).replaceChildren(...numbers.flatMap((n, i) => { const a = Object.assign(document.createElement('a'), { href: `#q${n}`, textContent: n }); return i ? [', ', a] : [a]; }));
  }
  const gaps = lists.unanswered.length + lists.flagged.length > 0;
  $('[data-gaps]', dialog).hidden = !gaps; $('[data-complete]', dialog).hidden = gaps;
  $('[data-left]', dialog).textContent = timer.hidden ? '' : T.left.replace('{n}', Math.ceil(left() / 60)) + '.';
  dialog.showModal();
}
$('[data-hand-in]').addEventListener('click', () => handIn());
let handing = 0, asking = false;
async function handIn() {
  if (state === 'ended' || asking) return;
  state = 'handing'; asking = true; clearTimeout(handing); dialog.open && dialog.close(); show('busy', T.handing);
  lock();
  const answers = cards.map((c) => Number(c.dataset.slot)).filter((n) => seqs.get(n)).map((n) => ({ slot: n, seq: seqs.get(n), ...read(n) }));
  let wait = 0, text = '';
  try {
    const reply = await post(form.dataset.finish, { answers }), { status, content } = reply;
    if (status === 200) { state = 'ended'; unsent.clear(); forget(); location.assign(content.url); }
    else if (retryable(status) || unknown(reply)) { wait = 3000; text = unknown(reply) || content.detail || ''; }
    else stop(content.detail || T.refused);
  } catch { wait = 3000; }
  asking = false;
  if (wait) { warn(text); show('off', T.kept); handing = setTimeout(handIn, wait); }
}

until(Number(timer.dataset.left)); tick();
cards.forEach((c) => paint(Number(c.dataset.slot)));
go(Number(location.hash.match(/^#q(\d+)$/)?.[1] || first), false);
listen(); flush();
