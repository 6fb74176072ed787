// Uploads show how far they are. Plain ES module; without it the form sends itself, and the browser says that it is busy.

document.addEventListener('submit', (e) => {
  const form = e.target.closest('form[data-upload]');
  if (!form) return;
  e.preventDefault();
  const file = form.querySelector('[type=file]').files[0], bar = form.querySelector('[data-bar]'), button = form.querySelector('button');
  const progress = bar.querySelector('progress'), said = bar.querySelector('[data-said]');
  const say = (text) => { said.textContent = text; bar.hidden = false; };
  if (file && file.size > Number(form.dataset.limit) * 1048576) { say(form.dataset.tooLarge); said.setAttribute('role', 'alert'); return; }
  const request = new XMLHttpRequest();
  const stop = () => { button.disabled = false; say(form.dataset.failed); said.setAttribute('role', 'alert'); };
  request.upload.addEventListener('progress', (p) => { if (p.lengthComputable) progress.value = (100 * p.loaded) / p.total; });
  request.upload.addEventListener('load', () => { progress.removeAttribute('value'); say(form.dataset.checking); });
  request.addEventListener('error', stop);
  request.addEventListener('abort', stop);
  request.addEventListener('load', () => {
    const page = new DOMParser().parseFromString(request.responseText, 'text/html'), main = page.getElementById('main');
    if (request.status < 300 || !main) { location.assign(request.responseURL); return; }   // it was taken: the server led on
    document.getElementById('main').replaceWith(main);                                     // it was refused: the page says why
    (main.querySelector('.errors') ?? main).focus();
  });
  request.open('POST', form.action);
  request.setRequestHeader('Accept', 'text/html');
  button.disabled = true;
  say(form.dataset.sending);
  request.send(new FormData(form));
});
