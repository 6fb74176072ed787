// After handing in, nothing of the attempt stays in this browser.
const done = document.querySelector('[data-attempt-done]');
if (done) localStorage.removeItem(`attempt:${done.dataset.attemptDone}`);
