// From raw integers to greys: everything that is worked out of pixels, without a page.

const SAMPLE = 20_000;
const ZSCALE_SAMPLE = 1_000;
const CONTRAST = 0.25;
const REJECTION_SIGMA = 2.5;
const BRIGHTEST = 0.997; // of the pixels; real frames hold cosmic rays
const LEAST_REACH = 2; // of the zscale range, up to which asinh goes at least
const SOFTENING = 1; // of the zscale range, below which asinh is nearly linear

/**
 * The frames of one channel as numbers.
 *
 * Values are raw · scale + offset; `blank` is no data and comes out as NaN.
 */
export class Frames {
  constructor(raw, { height, width, scale, offset, blank, sky = [] }) {
    Object.assign(this, { raw, height, width, scale, offset, blank });
    this.area = height * width;
    this.length = Math.floor(raw.length / this.area);
    this.skies = Float64Array.from({ length: this.length }, (_, i) => sky[i] ?? NaN);
    this.means = new Map();
  }

  /** Return the values of a frame, (y, x) in rows. */
  values(epoch) {
    const from = epoch * this.area;
    const values = new Float32Array(this.area);
    for (let i = 0; i < this.area; i++) {
      const raw = this.raw[from + i];
      values[i] = raw === this.blank ? NaN : raw * this.scale + this.offset;
    }
    return values;
  }

  /** Return the level of the sky, as the document states it, else the median of the pixels. */
  sky(epoch) {
    if (Number.isNaN(this.skies[epoch])) {
      this.skies[epoch] = quantile(sorted(this.values(epoch)), 0.5) ?? 0;
    }
    return this.skies[epoch];
  }

  /** Return the mean of the frames up to an epoch, each without its sky; `counted` says which. */
  runningMean(epoch, counted) {
    if (!this.means.has(epoch)) this.means.set(epoch, this.#mean(epoch, counted));
    return this.means.get(epoch);
  }

  #mean(last, counted) {
    const sum = new Float64Array(this.area);
    const number = new Uint32Array(this.area);
    for (let epoch = 0; epoch <= last; epoch++) {
      if (!counted(epoch)) continue;
      const values = this.values(epoch);
      const sky = this.sky(epoch);
      for (let i = 0; i < this.area; i++) {
        if (Number.isNaN(values[i])) continue;
        sum[i] += values[i] - sky;
        number[i] += 1;
      }
    }
    return Float32Array.from(sum, (total, i) => (number[i] ? total / number[i] : NaN));
  }

  /** Return values out of all frames, each without its sky if so asked, evenly chosen. */
  sample(isLevelled, epochs) {
    const step = Math.max(1, Math.floor((epochs.length * this.area) / SAMPLE)) | 1;
    const chosen = [];
    for (let at = 0; at < epochs.length * this.area; at += step) {
      const epoch = epochs[Math.floor(at / this.area)];
      const raw = this.raw[epoch * this.area + (at % this.area)];
      if (raw === this.blank) continue;
      chosen.push(raw * this.scale + this.offset - (isLevelled ? this.sky(epoch) : 0));
    }
    return Float32Array.from(chosen);
  }
}

/** Return raw integers out of bytes, little-endian on any machine. */
export function readInt16(buffer) {
  const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  const usable = buffer.byteLength - (buffer.byteLength % 2);
  if (isLittle) return new Int16Array(buffer, 0, usable / 2);
  const view = new DataView(buffer);
  return Int16Array.from({ length: usable / 2 }, (_, i) => view.getInt16(2 * i, true));
}

/** Return the finite values in order. */
export function sorted(values) {
  return Float32Array.from(values.filter((value) => Number.isFinite(value))).sort();
}

/** Return a quantile of ordered values, or null of none. */
export function quantile(ordered, share) {
  if (!ordered.length) return null;
  return ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))];
}

/**
 * Return the range of IRAF's zscale: a line through the ordered pixels, outliers left out.
 *
 * Where too few are left of them the range is that of all, as in IRAF and astropy.
 */
export function zscale(ordered) {
  const step = Math.max(1, Math.floor(ordered.length / ZSCALE_SAMPLE));
  const values = ordered.filter((_, i) => i % step === 0);
  const n = values.length;
  if (n < 2) return [values[0] ?? 0, (values[0] ?? 0) + 1];
  const [lowest, highest] = [values[0], values[n - 1]];
  const slope = fitSlope(values);
  if (slope === null) return [lowest, highest];
  const centre = Math.floor((n - 1) / 2);
  const median = values[centre];
  const steep = slope / CONTRAST;
  const low = Math.max(lowest, median - centre * steep);
  const high = Math.min(highest, median + (n - centre - 1) * steep);
  return high > low ? [low, high] : [lowest, Math.max(highest, lowest + 1e-6)];
}

function fitSlope(values) {
  const n = values.length;
  let kept = Uint8Array.from(values, () => 1);
  let line = { slope: 0, zero: 0 };
  let left = n;
  for (let round = 0; round < 5; round++) {
    line = fitLine(values, kept);
    const spread = scatter(values, kept, line);
    const inside = Uint8Array.from(values, (value, i) =>
      Math.abs(value - line.zero - line.slope * i) <= REJECTION_SIGMA * spread ? kept[i] : 0,
    );
    const grown = grow(inside);
    const number = grown.reduce((sum, one) => sum + one, 0);
    if (number === left || number < Math.max(5, n / 2)) {
      left = number;
      break;
    }
    [kept, left] = [grown, number];
  }
  return left < Math.max(5, n / 2) ? null : line.slope;
}

/** Leave out the neighbours of what is left out, too: a hundredth of the sample on either side. */
function grow(inside) {
  const reach = Math.max(1, Math.floor(inside.length * 0.01)) >> 1;
  const grown = inside.slice();
  inside.forEach((is, i) => {
    if (!is) grown.fill(0, Math.max(0, i - reach), i + reach + 1);
  });
  return grown;
}

function fitLine(values, kept) {
  let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
  values.forEach((value, i) => {
    if (!kept[i]) return;
    n += 1;
    x += i;
    y += value;
    xx += i * i;
    xy += i * value;
  });
  const slope = (n * xy - x * y) / (n * xx - x * x || 1);
  return { slope, zero: (y - slope * x) / (n || 1) };
}

function scatter(values, kept, { slope, zero }) {
  let [n, sum] = [0, 0];
  values.forEach((value, i) => {
    if (!kept[i]) return;
    n += 1;
    sum += (value - zero - slope * i) ** 2;
  });
  return Math.sqrt(sum / (n || 1));
}

/** Return the range that pixels are drawn in: zscale, with room for bright ones under asinh. */
export function rangeOf(values, { isDifference = false, zscaled = null } = {}) {
  const ordered = sorted(values);
  const [low, high] = zscaled ?? zscale(ordered);
  if (isDifference) {
    const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9);
    const most = Math.max(reach, Math.abs(quantile(ordered, BRIGHTEST) ?? 0), Math.abs(quantile(ordered, 1 - BRIGHTEST) ?? 0));
    return { low: -reach, high: reach, bright: most, isDifference };
  }
  // noise alone stays dark
  const bright = Math.max(low + LEAST_REACH * (high - low), quantile(ordered, BRIGHTEST) ?? high);
  return { low, high, bright, isDifference };
}

/** Return a function from a value to 0 … 1; of differences 0.5 is no change. */
export function stretchOf({ low, high, bright, isDifference }, kind) {
  const clip = (share) => Math.min(1, Math.max(0, share));
  if (kind === "linear") return (value) => clip((value - low) / (high - low));
  const soft = (high - low) * SOFTENING;
  if (isDifference) {
    const reach = Math.asinh(bright / soft);
    return (value) => clip(0.5 + Math.asinh(value / soft) / reach / 2);
  }
  const reach = Math.asinh((bright - low) / soft);
  return (value) => clip(Math.asinh((value - low) / soft) / reach);
}

const NIGHT = [
  [11, 15, 22],
  [91, 102, 117],
  [255, 255, 255],
];
const PAPER = [...NIGHT].reverse();
const BOTH_WAYS = [
  [110, 195, 255],
  [24, 78, 122],
  [11, 15, 22],
  [146, 70, 0],
  [255, 176, 60],
];

/** Return 256 colours: of images from dark sky to white, of differences blue to orange. */
export function coloursOf({ isDifference, isInverted }) {
  const stops = isDifference ? BOTH_WAYS : isInverted ? PAPER : NIGHT;
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const at = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) {
      table[3 * i + c] = stops[at][c] + (place - at) * (stops[at + 1][c] - stops[at][c]);
    }
  }
  return table;
}

/** Paint values as a picture, y up; pixels without data are hatched. */
export function paint(picture, values, { width, height }, sky, stretch, colours) {
  const out = picture.data;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values[y * width + x];
      const at = 4 * ((height - 1 - y) * width + x);
      if (Number.isNaN(value)) {
        const hatch = (x + y) % 4 === 0 ? 92 : 44;
        out.set([hatch, hatch * 0.8, hatch, 255], at);
        continue;
      }
      const grey = 3 * Math.round(255 * stretch(value - sky));
      out[at] = colours[grey];
      out[at + 1] = colours[grey + 1];
      out[at + 2] = colours[grey + 2];
      out[at + 3] = 255;
    }
  }
  return picture;
}
