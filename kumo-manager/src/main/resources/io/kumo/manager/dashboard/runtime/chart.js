/** Lines over the last minutes. A series is a place in a sample, a label and a class for its colour. */
class LineChart {
  static SPAN_MS = 600000;
  static HEIGHT = 132;
  static LEFT = 52;
  static BOTTOM = 20;
  static TOP = 8;

  constructor(host, title, series, format) {
    this.series = series;
    this.format = format;
    this.samples = [];
    this.hoverMs = null;
    const heading = element('div', 'heading');
    heading.append(element('h2', '', title));
    this.when = element('span', 'quiet');
    heading.append(this.when);
    this.values = series.map(each => element('b'));
    const legend = element('ul', 'legend');
    series.forEach((each, i) => {
      const item = element('li');
      item.append(element('span', 'key ' + each.className), each.label + ' ', this.values[i]);
      legend.append(item);
    });
    this.picture = svg('svg', {role: 'img', 'aria-label': title, height: LineChart.HEIGHT});
    host.append(heading, legend, this.picture);
    this.picture.addEventListener('pointermove', event => this.hover(event));
    this.picture.addEventListener('pointerleave', () => this.hover(null));
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  update(samples) {
    this.samples = samples;
    this.draw();
  }

  hover(event) {
    if (event === null || this.samples.length === 0) {
      this.hoverMs = null;
    } else {
      const box = this.picture.getBoundingClientRect();
      const share = (event.clientX - box.left - LineChart.LEFT) / (box.width - LineChart.LEFT);
      this.hoverMs = this.endMs() - LineChart.SPAN_MS * (1 - share);
    }
    this.draw();
  }

  endMs() {
    return this.samples[this.samples.length - 1][0];
  }

  /** The sample under the pointer, or else the newest. */
  chosen() {
    if (this.hoverMs === null) {
      return this.samples[this.samples.length - 1];
    }
    return this.samples.reduce((best, each) =>
      Math.abs(each[0] - this.hoverMs) < Math.abs(best[0] - this.hoverMs) ? each : best);
  }

  draw() {
    const width = Math.round(this.picture.clientWidth);
    if (width === 0 || this.samples.length === 0) {
      return;
    }
    const bottom = LineChart.HEIGHT - LineChart.BOTTOM;
    const endMs = this.endMs();
    const top = LineChart.ceiling(Math.max(0, ...this.samples.flatMap(each => this.series.map(one => each[one.at]))));
    const x = timeMs => LineChart.LEFT + (width - LineChart.LEFT) * (1 - (endMs - timeMs) / LineChart.SPAN_MS);
    const y = value => bottom - (bottom - LineChart.TOP) * value / top;
    this.picture.setAttribute('viewBox', '0 0 ' + width + ' ' + LineChart.HEIGHT);
    const parts = [...this.axes(width, bottom, top, y)];
    [...this.series].reverse().forEach(one =>
      parts.push(svg('path', {class: 'line ' + one.className, d: this.path(one, x, y)})));
    const chosen = this.chosen();
    if (this.hoverMs !== null) {
      parts.push(svg('line', {class: 'cursor', x1: x(chosen[0]), x2: x(chosen[0]), y1: LineChart.TOP, y2: bottom}));
    }
    this.picture.replaceChildren(...parts);
    this.series.forEach((one, i) => setText(this.values[i], this.format(chosen[one.at])));
    setText(this.when, this.hoverMs === null ? '' : clock(chosen[0]));
  }

  * axes(width, bottom, top, y) {
    for (const share of [0, 0.5, 1]) {
      const at = y(top * share);
      yield svg('line', {class: 'grid', x1: LineChart.LEFT, x2: width, y1: at, y2: at});
      const label = svg('text', {class: 'axis', x: LineChart.LEFT - 8, y: at + 4, 'text-anchor': 'end'});
      label.textContent = share === 0 ? '0' : this.format(top * share);
      yield label;
    }
    for (const [share, text, anchor] of [[0, '10 min ago', 'start'], [0.5, '5 min ago', 'middle'], [1, 'now', 'end']]) {
      const at = LineChart.LEFT + (width - LineChart.LEFT) * share;
      const label = svg('text', {class: 'axis', x: at, y: LineChart.HEIGHT - 4, 'text-anchor': anchor});
      label.textContent = text;
      yield label;
    }
  }

  /** Latencies have gaps where there was no operation, and where the manager did not sample. */
  path(series, x, y) {
    let path = '';
    let lastMs = null;
    for (const sample of this.samples) {
      const isGap = series.gaps && sample[series.at] <= 0;
      if (!isGap) {
        const goesOn = lastMs !== null && sample[0] - lastMs < 5000;
        path += (goesOn ? 'L' : 'M') + x(sample[0]).toFixed(1) + ' ' + y(sample[series.at]).toFixed(1);
      }
      lastMs = isGap ? null : sample[0];
    }
    return path;
  }

  /** A round number that is not less. */
  static ceiling(value) {
    if (value <= 10) {
      return 10;
    }
    const power = Math.pow(10, Math.floor(Math.log10(value)));
    return [1, 2, 4, 6, 10].map(step => step * power).find(step => step >= value) || 10 * power;
  }
}

