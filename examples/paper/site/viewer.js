// Shows the pages of one document, ?document=NAME, as the function has cut them.
const name = new URLSearchParams(location.search).get('document');
const state = document.getElementById('state');
const folder = 'pages/' + (name ?? '').split('/').map(encodeURIComponent).join('/');
let pages = 0;
let current = 0;

const viewer = OpenSeadragon({
  id: 'page',
  showNavigationControl: false,
  crossOriginPolicy: 'Anonymous',
  animationTime: 0.3,
});

async function json(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function show(number) {
  const measures = await json(`${folder}/${number}.json`);
  current = number;
  viewer.open({
    width: measures.width,
    height: measures.height,
    tileSize: measures.tileSize,
    minLevel: 0,
    maxLevel: measures.levels - 1,
    getTileUrl: (level, x, y) => `${folder}/${number}/${level}/${x}_${y}.jpg`,
  });
  document.getElementById('number').textContent = `${number} / ${pages}`;
}

viewer.addHandler('tile-loaded', () => { state.textContent = 'shown'; });
viewer.addHandler('tile-load-failed', (event) => { state.textContent = 'a tile is missing: ' + event.message; });

document.getElementById('before').onclick = () => { if (current > 1) show(current - 1); };
document.getElementById('after').onclick = () => { if (current < pages) show(current + 1); };

if (name) {
  document.getElementById('title').textContent = name;
  json(folder + '.json').then((found) => { pages = found.pages; return show(1); })
    .catch((problem) => { state.textContent = problem.message; });
} else {
  state.textContent = 'add ?document=NAME to the address';
}
