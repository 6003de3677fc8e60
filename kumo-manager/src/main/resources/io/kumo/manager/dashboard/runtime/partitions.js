/** What a server is for a partition, the most important first where several are true. */
const ROLES = [
  {name: 'none', label: 'no copy'},
  {name: 'primary', label: 'primary'},
  {name: 'copy', label: 'in sync'},
  {name: 'joining', label: 'catching up'},
  {name: 'wanted', label: 'not here yet'},
  {name: 'leaving', label: 'will leave'},
  {name: 'lost', label: 'only copy, server down'},
];
const [NONE, PRIMARY, COPY, JOINING, WANTED, LEAVING, LOST] = ROLES.keys();

/** The picture of the partition table: a square for each server, a cell for each partition. */
class PartitionMap {
  static SMALLEST = 128;
  static LARGEST = 288;
  static GAP = 24;

  constructor(host, legend, tooltip) {
    this.host = host;
    this.tooltip = tooltip;
    this.squares = new Map();
    this.chosen = null;
    for (const role of ROLES) {
      const item = element('li');
      item.append(element('span', 'cell ' + role.name), role.label);
      legend.append(item);
    }
    new ResizeObserver(() => this.draw()).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  /** @param servers of the status, with address and state */
  update(table, servers) {
    this.table = table;
    this.servers = new Map(servers.map(server => [server.id, server]));
    const known = table.servers.filter(id => this.servers.has(id));
    known.sort((a, b) => this.servers.get(a).address.localeCompare(this.servers.get(b).address, 'en', {numeric: true}));
    for (const id of [...this.squares.keys()].filter(id => !known.includes(id))) {
      this.squares.delete(id);
    }
    known.filter(id => !this.squares.has(id)).forEach(id => this.squares.set(id, this.square(id)));
    const order = known.map(id => this.squares.get(id).figure);
    if (order.length !== this.host.children.length || order.some((figure, i) => figure !== this.host.children[i])) {
      this.host.replaceChildren(...order);
    }
    this.draw();
  }

  square(id) {
    const figure = element('figure');
    const caption = element('figcaption');
    const name = element('b');
    const text = element('span', 'quiet');
    caption.append(name, text);
    const canvas = element('canvas');
    canvas.setAttribute('role', 'img');
    canvas.tabIndex = 0;
    canvas.addEventListener('pointermove', event => this.choose(this.at(canvas, event), canvas));
    canvas.addEventListener('pointerleave', () => this.choose(null, canvas));
    canvas.addEventListener('blur', () => this.choose(null, canvas));
    canvas.addEventListener('keydown', event => this.move(event, canvas));
    figure.append(caption, canvas);
    return {figure, canvas, name, text};
  }

  columns() {
    return 1 << Math.ceil(Math.log2(this.table.rows.length) / 2);
  }

  /** Pixels of a cell: as many squares in a row as are legible. */
  cellSize() {
    const width = this.host.clientWidth;
    const most = Math.floor((width + PartitionMap.GAP) / (PartitionMap.SMALLEST + PartitionMap.GAP));
    const inRow = Math.max(1, Math.min(this.squares.size, most));
    const room = (width - PartitionMap.GAP * (inRow - 1)) / inRow;
    return Math.min(16, Math.max(1, Math.floor(Math.min(PartitionMap.LARGEST, room) / this.columns())));
  }

  /** The role of the server at that place of the table in each partition. */
  roles(place, isDown) {
    return this.table.rows.map(([, inSync, joining, target]) => {
      if (inSync.includes(place)) {
        if (isDown) {
          return LOST;
        }
        return inSync[0] === place ? PRIMARY : target.length > 0 && !target.includes(place) ? LEAVING : COPY;
      }
      return joining.includes(place) ? JOINING : target.includes(place) ? WANTED : NONE;
    });
  }

  draw() {
    if (!this.table || this.host.clientWidth === 0) {
      return;
    }
    const style = getComputedStyle(document.documentElement);
    const colours = ROLES.map(role => style.getPropertyValue('--' + role.name).trim());
    this.cell = this.cellSize();
    this.squares.forEach((square, id) => this.drawSquare(square, id, colours, style.getPropertyValue('--ink').trim()));
  }

  drawSquare({figure, canvas, name, text}, id, colours, ink) {
    const server = this.servers.get(id);
    const roles = this.roles(this.table.servers.indexOf(id), server.state === 'fault');
    const columns = this.columns();
    const rows = Math.ceil(roles.length / columns);
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(columns * this.cell * scale);
    canvas.height = Math.round(rows * this.cell * scale);
    figure.style.width = columns * this.cell + 'px';
    canvas.style.width = columns * this.cell + 'px';
    canvas.style.height = rows * this.cell + 'px';
    const context = canvas.getContext('2d');
    context.scale(scale, scale);
    const gap = this.cell >= 4 ? 1 : 0;
    roles.forEach((role, partition) => {
      context.fillStyle = colours[role];
      const x = partition % columns * this.cell;
      const y = Math.floor(partition / columns) * this.cell;
      context.fillRect(x, y, this.cell - gap, this.cell - gap);
    });
    if (this.chosen !== null) {
      const x = this.chosen % columns * this.cell;
      const y = Math.floor(this.chosen / columns) * this.cell;
      context.strokeStyle = ink;
      context.lineWidth = 2;
      context.strokeRect(x - 1, y - 1, this.cell + 2 - gap, this.cell + 2 - gap);
    }
    const has = role => roles.filter(each => each === role).length;
    const parts = [[has(PRIMARY), 'primary'], [has(COPY) + has(LEAVING), 'in sync'], [has(JOINING), 'catching up'],
      [has(WANTED), 'to come'], [has(LOST), 'only here']]
      .filter(([number]) => number > 0).map(([number, what]) => count(number) + ' ' + what);
    setText(name, server.address);
    setText(text, (server.state === 'active' ? [] : [server.state]).concat(parts).join(' · '));
    canvas.setAttribute('aria-label', server.address + ', ' + server.state + ': ' + parts.join(', '));
  }

  at(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.cell);
    const row = Math.floor((event.clientY - box.top) / this.cell);
    const partition = row * this.columns() + column;
    const isInside = column >= 0 && column < this.columns() && partition >= 0 && partition < this.table.rows.length;
    return isInside ? partition : null;
  }

  move(event, canvas) {
    const steps = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns(), ArrowDown: this.columns()};
    if (event.key in steps) {
      event.preventDefault();
      const next = this.chosen === null ? 0 : this.chosen + steps[event.key];
      this.choose(Math.min(this.table.rows.length - 1, Math.max(0, next)), canvas);
    }
  }

  choose(partition, canvas) {
    if (partition !== this.chosen) {
      this.chosen = partition;
      this.draw();
      this.explain(canvas);
    }
  }

  explain(canvas) {
    this.tooltip.hidden = this.chosen === null;
    if (this.chosen === null) {
      return;
    }
    const [epoch, inSync, joining, target] = this.table.rows[this.chosen];
    const lines = [['primary', inSync.slice(0, 1)], ['in sync', inSync.slice(1)], ['catching up', joining]];
    if (target.some(place => !inSync.includes(place)) || inSync.some(place => !target.includes(place))) {
      lines.push(['will be at', target]);
    }
    const list = element('dl');
    lines.filter(([label, places]) => places.length > 0 || label === 'primary').forEach(([label, places]) => {
      list.append(element('dt', '', label), element('dd', '', places.map(place => this.nameOf(place)).join(', ') || 'none'));
    });
    this.tooltip.replaceChildren(element('b', '', 'Partition ' + this.chosen), element('span', 'quiet', ' epoch ' + epoch), list);
    this.place(canvas);
  }

  nameOf(place) {
    const server = this.servers.get(this.table.servers[place]);
    return server ? server.address + (server.state === 'fault' ? ' (fault)' : '') : this.table.servers[place];
  }

  /** Beside the cell, and inside the window. */
  place(canvas) {
    const box = canvas.getBoundingClientRect();
    const around = this.tooltip.offsetParent.getBoundingClientRect();
    const x = box.left - around.left + (this.chosen % this.columns() + 1) * this.cell + 10;
    const y = box.top - around.top + (Math.floor(this.chosen / this.columns()) + 1) * this.cell + 10;
    this.tooltip.style.left = Math.max(8, Math.min(x, around.width - this.tooltip.offsetWidth - 8)) + 'px';
    this.tooltip.style.top = y + 'px';
  }
}

