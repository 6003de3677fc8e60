const POLL_MS = 1000;
const HIDDEN_POLL_MS = 10000;
const PATIENCE_MS = 4000;
const STALE_MS = 3500;
const KEPT_SAMPLES = 600;
const SHOWN_EVENTS = 50;

const MARKS = {active: '●', joining: '◐', leaving: '◑', drained: '○', fault: '✕', new: '+'};
/** What is not known of a server that is not there. */
function ifUp(server, text) {
  return server.state === 'fault' ? '–' : text;
}

const COLUMNS = [
  {title: 'Server', text: server => server.address, className: 'code'},
  {title: 'State', text: server => (MARKS[server.state] || '?') + ' ' + server.state, state: true},
  {title: 'Zone', text: server => server.zone, className: 'short', optional: true},
  {title: 'Primaries', text: server => count(server.primaries), number: true},
  {title: 'Copies', text: server => count(server.copies), number: true},
  {title: 'Reads', text: server => ifUp(server, perSecond(server.readsPerSec)), number: true},
  {title: 'Writes', text: server => ifUp(server, perSecond(server.writesPerSec)), number: true},
  {title: 'Read p99', text: server => ifUp(server, micros(server.readP99Us)), number: true},
  {title: 'Write p99', text: server => ifUp(server, micros(server.writeP99Us)), number: true},
  {title: 'Lag', hint: 'entries that the slowest copy lacks', text: server => ifUp(server, count(server.lag)), number: true},
  {title: 'Records', text: server => short(server.items), number: true},
  {title: 'Disk', text: server => bytes(server.bytes), number: true},
];

const charts = [
  new LineChart(byId('chart-operations'), 'Operations', [
    {at: 1, label: 'reads', className: 'a'}, {at: 2, label: 'writes', className: 'b'},
    {at: 3, label: 'errors', className: 'c'}], perSecond),
  new LineChart(byId('chart-reads'), 'Read latency at the servers', [
    {at: 4, label: 'p50', className: 'a', gaps: true}, {at: 5, label: 'p99', className: 'b', gaps: true}], micros),
  new LineChart(byId('chart-writes'), 'Write latency at the servers', [
    {at: 6, label: 'p50', className: 'a', gaps: true}, {at: 7, label: 'p99', className: 'b', gaps: true}], micros),
];
const map = new PartitionMap(byId('partitions'), byId('legend'), byId('tooltip'));

let samples = [];
let table = null;
let shownMs = 0;
let freshAt = performance.now();

async function get(name) {
  const response = await fetch(name, {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS)});
  if (!response.ok) {
    throw new Error(name + ': ' + response.status);
  }
  return response.json();
}

async function poll() {
  try {
    const state = await get('cluster.json');
    if (state.timeMs !== undefined && state.timeMs !== shownMs) {
      await takeSamples(state);
      if (state.version > 0 && (table === null || table.version !== state.version)) {
        table = await get('table.json');
      }
      show(state);
      shownMs = state.timeMs;
      freshAt = performance.now();
    }
  } catch (error) {
    console.info('no data: ' + error.message); // the notice says for how long
  }
  showLink();
  setTimeout(poll, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
}

/** The answers of two polls overlap unless the page slept. */
async function takeSamples(state) {
  const lastMs = samples.length === 0 ? 0 : samples[samples.length - 1][0];
  const isGap = state.samples.length === 0 || state.samples[0][0] > lastMs;
  if (isGap) {
    samples = (await get('history.json')).samples;
  } else {
    samples = samples.concat(state.samples.filter(sample => sample[0] > lastMs)).slice(-KEPT_SAMPLES);
  }
}

function show(state) {
  document.body.classList.remove('loading');
  setText(byId('cluster'), state.cluster);
  setText(byId('source'), 'manager ' + state.manager + (state.version > 0 ? ' · table version ' + count(state.version) : ''));
  showLeadership(state);
  showHealth(state);
  charts.forEach(chart => chart.update(samples));
  showServers(state.servers);
  showRebalance(state.rebalance, state.paused);
  showManagers(state.managers);
  if (table !== null && table.rows) {
    map.update(table, state.servers);
  }
  showEvents(state.events);
}

/** A leader alone decides nothing: most managers have to agree. Of two, one may do with most of the servers. */
function showLeadership(state) {
  const alive = state.managers.filter(manager => manager.alive).length;
  const isMinority = state.managers.length !== 2 && 2 * alive <= state.managers.length;
  byId('no-leader').hidden = state.leader !== '' && !isMinority;
  setText(byId('no-leader'), (state.leader === '' ? 'No leader.' : 'Too few managers: ' + alive + ' of ' + state.managers.length + '.')
    + ' Reads and writes go on, but nobody takes over for a server that dies, and nothing is moved.');
}

function showHealth(state) {
  const [level, title, detail] = verdict(state);
  byId('health-mark').className = 'mark ' + level;
  setText(byId('health'), title);
  setText(byId('health-detail'), detail);
  document.title = 'kumo: ' + title.toLowerCase();
  const attached = state.servers.filter(server => server.state !== 'new');
  const up = attached.filter(server => server.state !== 'fault');
  const sum = field => attached.reduce((total, server) => total + server[field], 0);
  const facts = [
    ['Servers up', count(up.length) + ' of ' + count(attached.length)],
    ['Leader', state.leader || 'none'],
    ['Under-replicated', count(state.underReplicated)],
    ['Down', count(state.down)],
    ['Records, all copies', short(sum('items'))],
    ['Disk', bytes(sum('bytes'))],
  ];
  byId('facts').replaceChildren(...facts.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    return pair;
  }));
}

function verdict(state) {
  const faults = state.servers.filter(server => server.state === 'fault').length;
  const missing = state.managers.filter(manager => !manager.alive).length;
  if (state.version === 0 || state.servers.every(server => server.state === 'new')) {
    return ['warning', 'No data yet', 'No server is attached: kumoctl MANAGER attach'];
  }
  if (state.down > 0) {
    return ['critical', plural(state.down, 'partition') + ' down',
      'No live copy is in sync: their keys can’t be read or written until a server that has them is back.'];
  }
  if (state.underReplicated > 0) {
    return ['warning', 'Fewer copies than wanted', count(state.underReplicated) + ' of '
      + plural(state.partitions, 'partition') + ' have fewer than ' + count(state.replicas) + ' live copies in sync.'];
  }
  if (faults > 0 || missing > 0 || state.leader === '') {
    const absent = [faults > 0 ? plural(faults, 'server') : '', missing > 0 ? plural(missing, 'manager') : ''];
    return ['warning', 'Serving, not complete', (absent.filter(each => each !== '').join(' and ') || 'A leader') + ' missing.'];
  }
  return ['good', 'Healthy', 'All ' + count(state.partitions) + ' partitions have '
    + (state.replicas === 1 ? 'their copy' : state.replicas + ' copies') + ' in sync.'];
}

function showServers(servers) {
  const hasZones = servers.some(server => server.zone !== '');
  const columns = COLUMNS.filter(column => hasZones || !column.optional);
  const head = element('tr');
  columns.forEach(column => {
    const cell = element('th', column.number ? 'number' : '', column.title);
    cell.scope = 'col';
    if (column.hint) {
      cell.title = column.hint;
    }
    head.append(cell);
  });
  byId('servers-head').replaceChildren(head);
  byId('servers').replaceChildren(...servers.map(server => {
    const row = element('tr');
    columns.forEach((column, i) => {
      const classes = [column.number ? 'number' : '', column.className || '', column.state ? 'state ' + server.state : ''];
      const cell = element(i === 0 ? 'th' : 'td', classes.join(' ').trim(), column.text(server));
      if (i === 0) {
        cell.scope = 'row';
        cell.title = server.id;
      }
      row.append(cell);
    });
    return row;
  }));
  byId('no-servers').hidden = servers.length > 0;
}

function showRebalance(rebalance, paused) {
  const share = rebalance.movesTotal > 0 ? rebalance.movesDone / rebalance.movesTotal : 0;
  const percent = Math.floor(100 * share);
  const moves = count(rebalance.movesDone) + ' of ' + plural(rebalance.movesTotal, 'move');
  const state = paused ? 'Paused' + (rebalance.running ? ': copies under way are finished' : '')
    : rebalance.running ? percent + ' % · ' + moves : 'Nothing has to move.';
  setText(byId('rebalance-text'), state);
  byId('rebalance-bar').hidden = !rebalance.running;
  byId('rebalance-bar').setAttribute('aria-valuenow', percent);
  byId('rebalance-done').style.width = percent + '%';
  const left = rebalance.etaSec >= 0 ? 'about ' + seconds(rebalance.etaSec) + ' left' : 'time left not known yet';
  setText(byId('rebalance-detail'), rebalance.running
    ? bytes(rebalance.bytesDone) + ' copied · ' + bytes(rebalance.bytesPerSec) + '/s · ' + left : '');
}

function showManagers(managers) {
  byId('managers').replaceChildren(...managers.map(manager => {
    const item = element('li');
    const role = manager.leader ? 'leader' : manager.alive ? 'standby' : 'not seen';
    item.append(element('span', 'code', manager.address), element('span', manager.alive ? 'quiet' : 'state fault', role));
    return item;
  }));
}

function showEvents(events) {
  byId('events').replaceChildren(...events.slice(0, SHOWN_EVENTS).map(event => {
    const item = element('li', event.kind);
    const time = element('time', 'quiet code', clock(event.timeMs));
    time.dateTime = new Date(event.timeMs).toISOString();
    item.append(time, element('span', '', event.text));
    return item;
  }));
  byId('no-events').hidden = events.length > 0;
}

/** Says so when what is shown is old. */
function showLink() {
  const ageMs = performance.now() - freshAt;
  const isStale = ageMs > STALE_MS;
  document.body.classList.toggle('stale', isStale);
  byId('link').className = 'link ' + (isStale ? 'lost' : shownMs > 0 ? 'live' : '');
  setText(byId('link'), isStale ? 'no connection' : shownMs > 0 ? 'live' : 'connecting');
  byId('stale').hidden = !isStale;
  if (isStale) {
    setText(byId('stale'), 'This manager has told nothing new for ' + seconds(ageMs / 1000) + '. '
      + (shownMs > 0 ? 'What is shown is as of ' + clock(shownMs) + '. ' : '') + 'Trying again; another manager has the same page.');
  }
}

setInterval(showLink, POLL_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    freshAt = Math.max(freshAt, performance.now() - POLL_MS); // it slept: the next answer is on its way
  }
});
poll();
