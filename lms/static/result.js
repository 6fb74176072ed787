// After handing in, nothing of the attempt stays in this browser. What could not be sent in time goes to the server first:
// it does not count any more, and is kept there as evidence.
const done = document.querySelector('[data-attempt-done]'), KEY = done && `attempt:${done.dataset.attemptDone}`;
if (done) {
  let kept = [];
  try { kept = JSON.parse(localStorage.getItem(KEY) || '[]'); } catch { /* it is no list: nothing to be sent */ }
  if (Array.isArray(kept) && kept.length) send(kept); else localStorage.removeItem(KEY);
}
async function send(answers) {
  try {
    const reply = await fetch(done.dataset.save, { method: 'POST', credentials: 'same-origin', redirect: 'manual', headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrftoken': done.dataset.csrf }, body: JSON.stringify({ answers }) });
    if (reply.status !== 409 && reply.status !== 422) return;   // it waits for the next look at this page
    localStorage.removeItem(KEY); document.getElementById('late').hidden = false;
  } catch { /* the line is down: the same */ }
}
