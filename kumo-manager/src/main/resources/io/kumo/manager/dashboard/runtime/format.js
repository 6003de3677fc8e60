// Numbers in words, and elements. Texts go into the page as texts only, never as markup.

const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const SHORT = new Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1});

function count(value) {
  return WHOLE.format(value);
}

/** 1,234 as it is, 1,234,567 as 1.2M. */
function short(value) {
  return Math.abs(value) < 10000 ? WHOLE.format(value) : SHORT.format(value);
}

function perSecond(value) {
  return (value > 0 && value < 10 ? value.toFixed(1) : short(value)) + '/s';
}

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)) + ' ' + units[unit];
}

function micros(value) {
  if (value <= 0) {
    return '–';
  }
  if (value < 1000) {
    return value.toFixed(0) + ' µs';
  }
  const ms = value / 1000;
  return ms < 1000 ? ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0) + ' ms' : (ms / 1000).toFixed(1) + ' s';
}

function seconds(value) {
  value = Math.round(value);
  if (value < 60) {
    return value + ' s';
  }
  const minutes = Math.floor(value / 60);
  return minutes < 60 ? minutes + ' min ' + value % 60 + ' s' : Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min';
}

function clock(timeMs) {
  return new Date(timeMs).toLocaleTimeString('en-GB');
}

function plural(number, noun) {
  return count(number) + ' ' + noun + (number === 1 ? '' : 's');
}

function byId(id) {
  return document.getElementById(id);
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

